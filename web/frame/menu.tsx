import { forgetKey, mode, signOut } from '../api/access.ts';
import { Icon } from '../parts/icon.tsx';
import { prefer, preferences } from '../state/preferences.ts';
import { frameText } from '../text/frame/frame.ts';

/** Preferences of this browser, and the end of the access. */
export function Menu() {
  const { theme, timeZone, density, singleKeys } = preferences.value;
  return (
    <div class="menu">
      <button type="button" class="quiet" popovertarget="menu" aria-label={frameText.menu}>
        <Icon name="menu" />
      </button>
      <div id="menu" popover="auto" class="menu-panel">
        <Choice label={frameText.theme} name="theme" value={theme} options={frameText.themes} />
        <Choice label={frameText.timeZone} name="timeZone" value={timeZone} options={frameText.timeZones} />
        <Choice label={frameText.density} name="density" value={density} options={frameText.densities} />
        <label>
          <input
            type="checkbox"
            checked={singleKeys}
            onChange={(event) => prefer({ singleKeys: event.currentTarget.checked })}
          />{' '}
          {frameText.singleKeys}
        </label>
        <button type="button" onClick={mode === 'keys' ? forgetKey : signOut}>
          {mode === 'keys' ? frameText.forgetKey : frameText.signOut}
        </button>
      </div>
    </div>
  );
}

function Choice({
  label,
  name,
  value,
  options,
}: {
  readonly label: string;
  readonly name: 'theme' | 'timeZone' | 'density';
  readonly value: string;
  readonly options: Readonly<Record<string, string>>;
}) {
  return (
    <label>
      {label}
      <select value={value} onChange={(event) => prefer({ [name]: event.currentTarget.value })}>
        {Object.entries(options).map(([option, text]) => (
          <option key={option} value={option}>
            {text}
          </option>
        ))}
      </select>
    </label>
  );
}

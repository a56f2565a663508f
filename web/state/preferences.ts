import { effect, signal } from '@preact/signals';

/** What a user has chosen, kept in this browser. Never anything about the estate. */
interface Preferences {
  readonly theme: 'system' | 'light' | 'dark';
  readonly timeZone: 'local' | 'utc';
  readonly density: 'comfortable' | 'compact';
  readonly singleKeys: boolean;
  /** Columns of the table of machines that are hidden. */
  readonly hiddenColumns: readonly string[];
}

const name = 'vm-identities.preferences';
const defaults: Preferences = {
  theme: 'system',
  timeZone: 'local',
  density: 'comfortable',
  singleKeys: true,
  // They are the first to go where the window is narrow.
  hiddenColumns:
    (globalThis.innerWidth ?? 0) < 1500 ? ['resourceGroup', 'vmSize', 'osType', 'powerState', 'lastSeen'] : [],
};

export const preferences = signal<Preferences>(read());

export function prefer(changes: Partial<Preferences>): void {
  preferences.value = { ...preferences.value, ...changes };
  localStorage.setItem(name, JSON.stringify(preferences.value));
}

/** Shows the theme and the density, now and whenever they change, also in another tab. */
export function applyPreferences(): void {
  addEventListener('storage', (event) => {
    if (event.key === name) preferences.value = read();
  });
  effect(() => {
    const { theme, density } = preferences.value;
    document.documentElement.dataset.theme = theme;
    document.documentElement.dataset.density = density;
  });
}

/** Values of another version, or written by someone else, are the defaults. */
function read(): Preferences {
  const text = globalThis.localStorage?.getItem(name) ?? null;
  try {
    const kept = text === null ? {} : JSON.parse(text);
    return {
      theme: kept.theme === 'light' || kept.theme === 'dark' ? kept.theme : defaults.theme,
      timeZone: kept.timeZone === 'utc' ? 'utc' : defaults.timeZone,
      density: kept.density === 'compact' ? 'compact' : defaults.density,
      singleKeys: kept.singleKeys !== false,
      hiddenColumns: Array.isArray(kept.hiddenColumns) ? kept.hiddenColumns.map(String) : defaults.hiddenColumns,
    };
  } catch {
    return defaults;
  }
}

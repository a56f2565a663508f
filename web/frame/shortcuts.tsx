import { useEffect, useState } from 'preact/hooks';
import { announce } from '../parts/announce.tsx';
import { Dialog } from '../parts/dialog.tsx';
import { go, linkTo } from '../state/address.ts';
import type { View } from '../state/hash.ts';
import { preferences } from '../state/preferences.ts';
import { frameText } from '../text/frame/frame.ts';
import { shortcutText } from '../text/frame/shortcuts.ts';

const views: Readonly<Record<string, View>> = {
  o: '',
  m: 'machines',
  p: 'principals',
  c: 'changes',
  f: 'findings',
  v: 'coverage',
  r: 'runs',
};
/** How long `g` waits for the letter of a view. */
const secondKeyMs = 1500;

/** Single keys, for people who turned them on, and never while typing. `?` shows what they do. */
export function Shortcuts() {
  const [help, setHelp] = useState(false);
  useEffect(() => {
    let goneAt = Number.NEGATIVE_INFINITY;
    const keyDown = (event: KeyboardEvent) => {
      if (!preferences.value.singleKeys || isElsewhere(event)) return;
      const view = event.timeStamp - goneAt < secondKeyMs ? views[event.key] : undefined;
      goneAt = event.key === 'g' ? event.timeStamp : Number.NEGATIVE_INFINITY;
      if (view !== undefined) {
        go(linkTo(view));
        document.getElementById('main')?.focus();
      } else if (event.key === '/') document.getElementById('search')?.focus();
      else if (event.key === 't') document.getElementById('run-picker')?.click();
      else if (event.key === '?') setHelp(true);
      else if (event.key === 'j') moveRow(1);
      else if (event.key === 'k') moveRow(-1);
      else if (event.key === 'c') copyPrincipalId();
      else return;
      event.preventDefault();
    };
    addEventListener('keydown', keyDown);
    return () => removeEventListener('keydown', keyDown);
  }, []);
  return help ? (
    <Dialog title={shortcutText.title} close={() => setHelp(false)}>
      <ShortcutTable />
    </Dialog>
  ) : null;
}

/** The keys and what they do, also for the view About. */
export function ShortcutTable() {
  return (
    <table>
      <tbody>
        {Object.entries(shortcutText.keys).map(([key, meaning]) => (
          <tr key={key}>
            <th scope="row">
              <kbd>{key}</kbd>
            </th>
            <td>{meaning}</td>
          </tr>
        ))}
        {Object.entries(views).map(([key, view]) => (
          <tr key={key}>
            <th scope="row">
              <kbd>g</kbd> <kbd>{key}</kbd>
            </th>
            <td>{frameText.views[view]}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

/** Keys with modifiers, in fields and in dialogs have their own meaning. */
function isElsewhere(event: KeyboardEvent): boolean {
  if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return true;
  const { target } = event;
  return target instanceof Element && target.closest('input, select, textarea, dialog, [contenteditable]') !== null;
}

/** Moves the focus to the link of the next row. Rows mark their link with `data-row-link`. */
function moveRow(step: 1 | -1): void {
  const links = [...document.querySelectorAll<HTMLElement>('main [data-row-link]')];
  const row = document.activeElement?.closest('tr, li');
  const at = links.findIndex((link) => row?.contains(link) === true);
  links[at < 0 ? 0 : Math.min(links.length - 1, Math.max(0, at + step))]?.focus();
}

/** Copies the principal id of the row that has the focus. */
async function copyPrincipalId(): Promise<void> {
  const row = document.activeElement?.closest<HTMLElement>('[data-principal-id]');
  const id = row?.dataset.principalId ?? '';
  if (id === '') return;
  try {
    await navigator.clipboard.writeText(id);
    announce(frameText.copied);
  } catch {
    announce(frameText.notCopied);
  }
}

import { render } from 'preact';
import { restoreHash } from './api/access.ts';
import { Frame } from './frame/frame.tsx';
import { keepFocus } from './frame/keep-focus.ts';
import { followBrowser } from './state/address.ts';
import { applyPreferences } from './state/preferences.ts';
import { loadNewest, watchForNewerRuns } from './state/shown-run.ts';

restoreHash();
followBrowser();
applyPreferences();
const root = document.getElementById('page');
if (root === null) throw new Error('The document has no element "page"');
// The document shows the header before this script has arrived.
root.replaceChildren();
render(<Frame />, root);
keepFocus();
watchForNewerRuns();
await loadNewest();

import { CopyButton } from '../parts/copy-button.tsx';
import { address, withQuery } from '../state/address.ts';
import { parseAddress } from '../state/hash.ts';
import { shownRun } from '../state/shown-run.ts';
import { shareText as text } from '../text/frame/share.ts';
import { commandOf, curlOf, sharedCall } from './shared-call.ts';

/** Copies what is on screen: as a link that keeps its run, and as the call that gives the same. */
export function ShareMenu() {
  const call = sharedCall(address.value, shownRun.value);
  return (
    <div class="menu">
      <button type="button" popovertarget="share">
        {text.share}
      </button>
      <div id="share" popover="auto" class="menu-panel">
        <CopyButton text={pinnedLink()} label={text.link} labelled />
        <p class="hint">{text.linkHint}</p>
        {call !== null && (
          <>
            <CopyButton text={curlOf(call)} label={text.curl} labelled />
            <CopyButton text={commandOf(call)} label={text.command} labelled />
            <p class="hint">{text.commandHint}</p>
          </>
        )}
      </div>
    </div>
  );
}

/** The address of this view with the run on screen, where the view has one. */
function pinnedLink(): string {
  const pinned = withQuery({ asOf: shownRun.value });
  const hash = parseAddress(pinned).unknown.length === 0 ? pinned : withQuery({});
  return new URL(hash, location.href).href;
}

import { useState } from 'preact/hooks';
import { ApiError } from '../api/api-error.ts';
import type { Query } from '../api/client.ts';
import { linksDownload, reportAddress, type Shown, saveReport } from '../api/download.ts';
import { shownRun } from '../state/shown-run.ts';
import { downloadText as text } from '../text/parts/download.ts';
import { announce } from './announce.tsx';
import { Icon } from './icon.tsx';

interface DownloadMenuProps {
  readonly report: 'virtualMachines' | 'principals' | 'changes' | 'findings';
  /** Those of the list on screen. */
  readonly filters: Query;
  /** Names the run. Default: `asOf`. */
  readonly run?: Query;
  /** The list on screen; null until it has arrived. */
  readonly of: Shown | null;
}

/** Downloads the list on screen, whole, in any format. */
export function DownloadMenu({ report, filters, run = { asOf: shownRun.value }, of }: DownloadMenuProps) {
  const [state, setState] = useState<{ readonly text: string; readonly end: AbortController | null } | null>(null);
  const query = { ...filters, ...run };
  const save = async (file: string, shown: Shown) => {
    const end = new AbortController();
    setState({ text: text.begun, end });
    try {
      const name = await saveReport(file, query, shown, {
        progress: (bytes) => setState({ text: text.progress(bytes), end }),
        warn: () => announce(text.large),
        signal: end.signal,
      });
      setState({ text: text.saved(name), end: null });
    } catch (error) {
      const cancelled = end.signal.aborted || (error instanceof DOMException && error.name === 'AbortError');
      setState({
        text: cancelled ? text.cancelled : text.failed(error instanceof ApiError ? error.message : ''),
        end: null,
      });
    }
  };
  const id = `download-${report}`;
  return (
    <div class="menu">
      <button type="button" popovertarget={id} disabled={of === null}>
        <Icon name="download" /> {text.download}
      </button>
      <div id={id} popover="auto" class="menu-panel">
        {Object.entries(text.formats).map(([format, label]) => {
          const file = `${report}.${format}`;
          return linksDownload && of?.complete === true ? (
            <a key={format} href={reportAddress(file, query).href} download={file}>
              {label}
            </a>
          ) : (
            <button key={format} type="button" popovertarget={id} onClick={() => of !== null && save(file, of)}>
              {label}
            </button>
          );
        })}
      </div>
      {state !== null && (
        <span class="download-state" role="status">
          {state.text}{' '}
          {state.end !== null && (
            <button type="button" class="link" onClick={() => state.end?.abort()}>
              {text.cancel}
            </button>
          )}
        </span>
      )}
    </div>
  );
}

import { useRef, useState } from 'preact/hooks';
import { Dialog } from '../parts/dialog.tsx';
import { Failure } from '../parts/failure.tsx';
import { Icon } from '../parts/icon.tsx';
import { MoreButton } from '../parts/rows/more-button.tsx';
import { useMore } from '../parts/rows/use-more.ts';
import { formatTime, Time } from '../parts/time.tsx';
import { address, go, withQuery } from '../state/address.ts';
import { toHash } from '../state/hash.ts';
import { preferences } from '../state/preferences.ts';
import { newest, runOf, shownRun } from '../state/shown-run.ts';
import { runPickerText as text } from '../text/frame/run-picker.ts';
import { count } from '../text/states.ts';

/** Chooses the run that all views show: by a slider, from a list, or by a time. */
export function RunPicker() {
  const [open, setOpen] = useState(false);
  const isNow = !address.value.query.has('asOf');
  const end = newest.value?.asOf;
  return (
    <>
      <button
        type="button"
        id="run-picker"
        class="run-picker"
        aria-haspopup="dialog"
        aria-keyshortcuts="t"
        disabled={end === undefined}
        onClick={() => setOpen(true)}
      >
        <Icon name="time" /> {isNow ? text.now : text.past}
        {isNow && end !== undefined && <span class="run-picker-time"> · {formatTime(end)}</span>}
      </button>
      {open && (
        <Dialog title={text.title} close={() => setOpen(false)}>
          <Choices close={() => setOpen(false)} />
        </Dialog>
      )}
    </>
  );
}

function Choices({ close }: { readonly close: () => void }) {
  const show = (asOf: string | null) => {
    close();
    go(withQuery({ asOf }));
  };
  return (
    <div class="run-choices">
      <button type="button" onClick={() => show(null)}>
        {text.newest}
      </button>
      <Slider show={show} />
      <AtTime show={show} />
      <RunList show={show} close={close} />
    </div>
  );
}

/** One step for each of the last 60 runs; incomplete ones have another mark. */
function Slider({ show }: { readonly show: (asOf: string) => void }) {
  const runs = newest.value?.runs ?? [];
  const shown = runOf(shownRun.value)?.runId;
  const shownAt = runs.findIndex(({ runId }) => runId === shown);
  const [at, setAt] = useState(shownAt < 0 ? runs.length - 1 : shownAt);
  const run = runs[at];
  if (run === undefined || runs.length < 2) return null;
  const label = `${formatTime(run.finishedAt)}, ${run.complete ? text.complete : text.incomplete}, ${count(run.virtualMachineCount, 'machine')}`;
  return (
    <fieldset>
      <legend>{text.slider}</legend>
      <input
        type="range"
        min={0}
        max={runs.length - 1}
        value={at}
        aria-label={text.slider}
        aria-valuetext={label}
        onInput={(event) => setAt(event.currentTarget.valueAsNumber)}
      />
      <svg class="run-ticks" viewBox={`0 0 ${runs.length - 1} 1`} preserveAspectRatio="none" aria-hidden="true">
        {runs.map(({ runId, complete }, index) => (
          <path key={runId} d={`M${index} ${complete ? 0 : 0.5}V1`} class={complete ? undefined : 'incomplete'} />
        ))}
      </svg>
      <p>
        <output>{label}</output>{' '}
        <button type="button" onClick={() => show(run.runId)}>
          {text.show}
        </button>
      </p>
    </fieldset>
  );
}

function AtTime({ show }: { readonly show: (asOf: string) => void }) {
  const field = useRef<HTMLInputElement>(null);
  const submit = (event: Event) => {
    event.preventDefault();
    const value = field.current?.value ?? '';
    // The field has no time zone: it means the one of the times on screen. The API takes UTC.
    const zone = preferences.value.timeZone === 'utc' ? 'Z' : '';
    if (value !== '') show(new Date(value + zone).toISOString());
  };
  return (
    <form onSubmit={submit}>
      <label>
        {text.time} <input ref={field} type="datetime-local" required />
      </label>
      <button type="submit">{text.show}</button>
    </form>
  );
}

function RunList({ show, close }: { readonly show: (asOf: string) => void; readonly close: () => void }) {
  const list = useMore('runs', 'runs', { maxpagesize: 100 });
  const { error, again } = list;
  const published = list.rows.filter(({ status }) => status === 'succeeded');
  const to = runOf(shownRun.value)?.runId ?? shownRun.value ?? '';
  return (
    <section>
      <h3>{text.list}</h3>
      {error !== null && <Failure error={error} of="runs" again={again} />}
      <ul class="run-list">
        {published.map(({ id, finishedAt, complete, virtualMachineCount }) => (
          <li key={id}>
            <button type="button" class="link" aria-current={id === to} onClick={() => show(id)}>
              <Time at={finishedAt ?? ''} />
            </button>{' '}
            <Icon name={complete ? 'complete' : 'incomplete'} /> {complete ? text.complete : text.incomplete},{' '}
            {count(virtualMachineCount, 'machine')}{' '}
            {id !== to && (
              <a href={toHash('compare', '', id < to ? { from: id, to } : { from: to, to: id })} onClick={close}>
                {text.compare}
              </a>
            )}
          </li>
        ))}
      </ul>
      <MoreButton list={{ ...list, rows: published }} />
    </section>
  );
}

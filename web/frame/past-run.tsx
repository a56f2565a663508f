import type { ApiError } from '../api/api-error.ts';
import { Time } from '../parts/time.tsx';
import { address, go, withQuery } from '../state/address.ts';
import { newest, runOf } from '../state/shown-run.ts';
import { useAnswer } from '../state/use-answer.ts';
import { runPickerText as text } from '../text/frame/run-picker.ts';
import { stateText } from '../text/states.ts';

/** Says that a view shows a run of the past. */
export function PastRibbon() {
  const asOf = address.value.query.get('asOf');
  if (asOf === null) return null;
  // By its id or by a time, the same run has the same ribbon.
  const time = runOf(asOf)?.finishedAt ?? timeOf(asOf);
  return (
    <p class="ribbon">
      {stateText.past} {time === null ? <code>{asOf}</code> : <Time at={time} />} –{' '}
      <button type="button" class="link" onClick={() => go(withQuery({ asOf: null }))}>
        {stateText.backToNow}
      </button>
    </p>
  );
}

/** Why there is no run that the address asks for, or null: one answer for all views. */
export function useMissingRun(): ApiError | null {
  const asOf = address.value.query.get('asOf');
  // The page's first call asks for the newest run, and finds out whether a key is missing.
  const { error } = useAnswer('summary', asOf === null || newest.value === null ? null : 'summary', { asOf });
  return asOf !== null && error?.status === 404 ? error : null;
}

/** Stands in place of a view when no run is the one of the address. What was on screen belongs to another run. */
export function NoSuchRun({ error: { code, message } }: { readonly error: ApiError }) {
  const [oldest] = newest.value?.runs ?? [];
  return (
    <section>
      <h1>{code === 'NoRunAtThatTime' ? text.beforeFirst : text.notThere}</h1>
      <p role="alert">{message}.</p>
      {oldest !== undefined && (
        <p>
          <button type="button" onClick={() => go(withQuery({ asOf: oldest.runId }))}>
            {text.showRunOf} <Time at={oldest.finishedAt} />
          </button>
        </p>
      )}
    </section>
  );
}

/** The time in a run id such as `20261121T060000Z-3f2a`, or the time itself; null when it is neither. */
function timeOf(asOf: string): string | null {
  const run = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z/.exec(asOf);
  if (run !== null) return `${run[1]}-${run[2]}-${run[3]}T${run[4]}:${run[5]}:${run[6]}Z`;
  // Date takes many texts for a time, and turns 31 February into a day of March. The app refuses them.
  const day = /^\d{4}-\d\d-\d\d(?=T|$)/.exec(asOf)?.[0];
  const isTime = day !== undefined && !Number.isNaN(Date.parse(asOf)) && new Date(day).toISOString().startsWith(day);
  return isTime ? asOf : null;
}

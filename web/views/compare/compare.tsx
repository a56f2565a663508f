import { Failure } from '../../parts/failure.tsx';
import { Time } from '../../parts/time.tsx';
import { Verdict } from '../../parts/verdict.tsx';
import { address } from '../../state/address.ts';
import { toHash } from '../../state/hash.ts';
import { useAnswer } from '../../state/use-answer.ts';
import { compareText as text } from '../../text/compare.ts';
import { frameText } from '../../text/frame/frame.ts';
import { stateText } from '../../text/states.ts';
import { ChangesByKind } from './changes-by-kind.tsx';
import { type ComparedRun, Counts } from './counts.tsx';
import { RunChoice } from './run-choice.tsx';
import { UnknowablePlaces } from './unknowable-places.tsx';

/** Two runs side by side. */
export function Compare() {
  const { query } = address.value;
  const [from, to] = [query.get('from'), query.get('to')];
  return (
    <>
      <h1>{frameText.views.compare}</h1>
      <RunChoice />
      {from === null || to === null ? <p class="notice">{text.choose}</p> : <Both from={from} to={to} />}
    </>
  );
}

function Both({ from, to }: { readonly from: string; readonly to: string }) {
  const [before, after] = [useComparedRun(from), useComparedRun(to)];
  const error = before.error ?? after.error;
  if (error !== null) return <Failure error={error} of="summary" />;
  if (before.one === null || after.one === null) return <p class="loading">{stateText.loading}</p>;
  const [one, other] = [before.one, after.one];
  if (one.run.id === other.run.id) return <p class="notice">{text.same}</p>;
  if (one.run.id > other.run.id) {
    return (
      <p class="notice">
        {text.reversed} <a href={toHash('compare', '', { from: to, to: from })}>{text.swap}</a>
      </p>
    );
  }
  return (
    <>
      <div class="compare-verdicts">
        <SideVerdict label={text.from} of={one} />
        <SideVerdict label={text.to} of={other} />
      </div>
      <Counts from={one} to={other} />
      <ChangesByKind from={one.run.id} to={other.run.id} />
      <UnknowablePlaces from={one.run.id} to={other.run.id} />
    </>
  );
}

/** @param asOf a run, or a time */
function useComparedRun(asOf: string) {
  const summary = useAnswer('summary', 'summary', { asOf });
  const runId = summary.answer?.runId;
  const run = useAnswer('run', runId === undefined ? null : `runs/${encodeURIComponent(runId)}`);
  // While another run loads, the old answers belong to different runs.
  const isWhole = summary.answer !== null && run.answer?.id === runId && !summary.loading;
  return {
    error: summary.error ?? run.error,
    one: isWhole && run.answer !== null ? { run: run.answer, summary: summary.answer } : null,
  };
}

function SideVerdict({ label, of: { summary } }: { readonly label: string; readonly of: ComparedRun }) {
  return (
    <section>
      <h2>
        {label}:{' '}
        <a href={toHash('runs', summary.runId)}>
          <Time at={summary.asOf} />
        </a>
      </h2>
      <Verdict of={summary} reason={summary.reason} runId={summary.runId} />
    </section>
  );
}

import { Failure } from '../parts/failure.tsx';
import { Verdict } from '../parts/verdict.tsx';
import { shownRun } from '../state/shown-run.ts';
import { useAnswer } from '../state/use-answer.ts';
import { frameText } from '../text/frame.ts';

/** The state of everything at one glance. */
export function Overview() {
  const { answer, error, loading, again } = useAnswer('summary', 'summary', { asOf: shownRun.value });
  return (
    <>
      <h1>{frameText.views['']}</h1>
      {error !== null && <Failure error={error} of="summary" again={again} />}
      {answer !== null && (
        <div aria-busy={loading}>
          <Verdict of={answer} />
        </div>
      )}
    </>
  );
}

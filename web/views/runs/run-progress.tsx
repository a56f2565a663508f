import { useState } from 'preact/hooks';
import { ApiError } from '../../api/api-error.ts';
import { call } from '../../api/client.ts';
import type { Run } from '../../api/types.ts';
import { announce } from '../../parts/announce.tsx';
import { Dialog } from '../../parts/dialog.tsx';
import { Failure } from '../../parts/failure.tsx';
import { Icon } from '../../parts/icon.tsx';
import { Time } from '../../parts/time.tsx';
import { runsText as text } from '../../text/runs.ts';
import { count } from '../../text/states.ts';

const steps = ['plan', 'collect', 'publish', 'report'] as const;

/** How far a run is: its steps, its subscriptions, what it has found, and a way to end it. */
export function RunProgress({ run, again }: { readonly run: Run; readonly again: () => void }) {
  const { step, subscriptionsDone, subscriptionsTotal, virtualMachines, requests, restarts, updatedAt } = run.progress;
  const at = step === 'done' ? steps.length : steps.indexOf(step);
  return (
    <div class="run-progress">
      <ol class="run-steps" aria-label={text.stepsLabel}>
        {steps.map((one, index) => {
          const state = index < at ? 'done' : index === at ? 'current' : 'next';
          return (
            <li key={one} class={state} aria-current={state === 'current' ? 'step' : undefined}>
              {state === 'done' && <Icon name="complete" />} {text.steps[one]}{' '}
              <span class={state === 'current' ? 'faint' : 'unseen'}>{text.stepStates[state]}</span>
            </li>
          );
        })}
      </ol>
      <progress aria-label={text.bar} max={Math.max(subscriptionsTotal, 1)} value={subscriptionsDone} />
      <p>
        {text.subscriptionsOf(subscriptionsDone, subscriptionsTotal)} · {count(virtualMachines, text.noun.machine)} ·{' '}
        {count(requests, text.noun.request)}
        {restarts !== undefined && ` · ${text.restarted(restarts)}`} · {text.updatedAt} <Time at={updatedAt} relative />
      </p>
      <CancelButton runId={run.id} again={again} />
    </div>
  );
}

function CancelButton({ runId, again }: { readonly runId: string; readonly again: () => void }) {
  const [asks, setAsks] = useState(false);
  const [asked, setAsked] = useState(false);
  const [error, setError] = useState<ApiError | null>(null);
  const cancel = async () => {
    setAsks(false);
    setError(null);
    try {
      await call('run-cancel', `runs/${encodeURIComponent(runId)}`, { method: 'DELETE' });
      setAsked(true);
      announce(text.cancelling);
    } catch (failure) {
      if (!(failure instanceof ApiError)) throw failure;
      // It has ended in the meantime, which the next answer shows.
      if (failure.code !== 'RunEnded') setError(failure);
    }
    again();
  };
  return (
    <>
      {asked ? (
        <p>{text.cancelling}</p>
      ) : (
        <button type="button" onClick={() => setAsks(true)}>
          {text.cancel}
        </button>
      )}
      {error !== null && <Failure error={error} of="run-cancel" />}
      {asks && (
        <Dialog title={text.cancelTitle} close={() => setAsks(false)}>
          <p>{text.cancelExplain}</p>
          <p class="dialog-actions">
            <button type="button" onClick={() => setAsks(false)}>
              {text.cancelNo}
            </button>
            <button type="button" class="danger" onClick={cancel}>
              {text.cancelYes}
            </button>
          </p>
        </Dialog>
      )}
    </>
  );
}

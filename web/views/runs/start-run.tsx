import { useState } from 'preact/hooks';
import { ApiError } from '../../api/api-error.ts';
import { call } from '../../api/client.ts';
import { announce } from '../../parts/announce.tsx';
import { Dialog } from '../../parts/dialog.tsx';
import { Failure } from '../../parts/failure.tsx';
import { Name } from '../../parts/name.tsx';
import { useMore } from '../../parts/rows/use-more.ts';
import { runsText as text } from '../../text/runs.ts';
import { stateText } from '../../text/states.ts';

/** More checkboxes at once are slow, and nobody reads them. */
const mostShown = 100;

interface StartRunProps {
  /** @param isOther another run is in progress, and this is its id */
  readonly show: (runId: string, isOther: boolean) => void;
}

/** Starts a run of all subscriptions, or of those that the user chooses. */
export function StartRun({ show }: StartRunProps) {
  const [open, setOpen] = useState(false);
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<ApiError | null>(null);
  const start = async (subscriptions: readonly string[] | null) => {
    setOpen(false);
    setBusy(true);
    setError(null);
    try {
      const body = subscriptions === null ? undefined : { subscriptions };
      const run = await call('run-start', 'runs', { method: 'POST', body });
      announce(text.started);
      show(run.id, false);
    } catch (failure) {
      if (!(failure instanceof ApiError)) throw failure;
      if (failure.code === 'RunInProgress' && failure.target !== null) show(failure.target, true);
      else setError(failure);
    } finally {
      setBusy(false);
    }
  };
  return (
    <section>
      <p>
        <button
          type="button"
          class="primary"
          aria-disabled={busy}
          aria-haspopup="dialog"
          onClick={() => setOpen(!busy)}
        >
          {text.start}
        </button>
      </p>
      {error !== null && <Failure error={error} of="run-start" />}
      {open && (
        <Dialog title={text.startTitle} close={() => setOpen(false)}>
          <Choice start={start} />
        </Dialog>
      )}
    </section>
  );
}

function Choice({ start }: { readonly start: (subscriptions: readonly string[] | null) => void }) {
  const [some, setSome] = useState(false);
  const [chosen, setChosen] = useState<ReadonlySet<string>>(new Set());
  const submit = (event: Event) => {
    event.preventDefault();
    start(some ? [...chosen] : null);
  };
  return (
    <form class="start-run" onSubmit={submit}>
      <fieldset>
        <legend>{text.which}</legend>
        <label>
          <input type="radio" name="which" checked={!some} onChange={() => setSome(false)} /> {text.all}
        </label>
        <label>
          <input type="radio" name="which" checked={some} onChange={() => setSome(true)} /> {text.chosen}
        </label>
      </fieldset>
      {some && <Subscriptions chosen={chosen} choose={setChosen} />}
      <p class="dialog-actions">
        <button type="submit" class="primary" disabled={some && chosen.size === 0}>
          {text.startNow}
        </button>
      </p>
    </form>
  );
}

interface SubscriptionsProps {
  readonly chosen: ReadonlySet<string>;
  readonly choose: (chosen: ReadonlySet<string>) => void;
}

/** The subscriptions of the newest run, by name. Those that are chosen stay on top. */
function Subscriptions({ chosen, choose }: SubscriptionsProps) {
  const list = useMore('subscriptions', 'subscriptions', { maxpagesize: 1000 }, { all: true });
  const [part, setPart] = useState('');
  const wanted = part.trim().toLowerCase();
  const matching = list.rows
    .filter((row) => chosen.has(row.subscriptionId) || matches(row, wanted))
    .sort((a, b) => Number(chosen.has(b.subscriptionId)) - Number(chosen.has(a.subscriptionId)));
  if (list.error !== null) {
    return list.error.code === 'InventoryNotReady' ? (
      <p>{text.noSubscriptions}</p>
    ) : (
      <Failure error={list.error} of="subscriptions" again={list.again} />
    );
  }
  const toggle = (id: string, isChosen: boolean) => {
    const next = new Set(chosen);
    if (isChosen) next.add(id);
    else next.delete(id);
    choose(next);
  };
  return (
    <>
      <label>
        {text.find} <input type="search" value={part} onInput={(event) => setPart(event.currentTarget.value)} />
      </label>
      {list.loading && <p>{stateText.loading}</p>}
      <ul class="start-choices">
        {matching.slice(0, mostShown).map(({ subscriptionId, displayName }) => (
          <li key={subscriptionId}>
            <label>
              <input
                type="checkbox"
                checked={chosen.has(subscriptionId)}
                onChange={(event) => toggle(subscriptionId, event.currentTarget.checked)}
              />{' '}
              <Name>{displayName}</Name> <code class="faint">{subscriptionId}</code>
            </label>
          </li>
        ))}
      </ul>
      {!list.loading && matching.length === 0 && <p>{text.noneMatches}</p>}
      {matching.length > mostShown && <p>{text.narrow(mostShown, matching.length)}</p>}
      <p aria-live="polite">{text.chosenCount(chosen.size)}</p>
    </>
  );
}

function matches(row: { readonly displayName: string; readonly subscriptionId: string }, wanted: string): boolean {
  return row.displayName.toLowerCase().includes(wanted) || row.subscriptionId.includes(wanted);
}

import { useState } from 'preact/hooks';
import { functionKey } from '../../api/access.ts';
import { ApiError } from '../../api/api-error.ts';
import { apiAddress, send } from '../../api/client.ts';
import { saveBlob } from '../../api/download.ts';
import { ShortcutTable } from '../../frame/shortcuts.tsx';
import { Fact } from '../../parts/fact.tsx';
import { Failure } from '../../parts/failure.tsx';
import { Time } from '../../parts/time.tsx';
import { Verdict } from '../../parts/verdict.tsx';
import { newest, pageVersion, shownRun } from '../../state/shown-run.ts';
import { useAnswer } from '../../state/use-answer.ts';
import { aboutText as text } from '../../text/about.ts';
import { frameText } from '../../text/frame/frame.ts';
import { AppIdentity } from './app-identity.tsx';

/** Who the app is, what it may do and lacks, and how to use the page. */
export function About() {
  const { answer, error, loading, again } = useAnswer('identity', 'identity');
  const { answer: run } = useAnswer('summary', newest.value === null ? null : 'summary', { asOf: shownRun.value });
  return (
    <>
      <h1>{frameText.views.about}</h1>
      {run !== null && <Verdict of={run} reason={run.reason} listsNothing />}
      <App />
      <section aria-busy={loading && answer !== null}>
        <h2>{text.identity}</h2>
        {error !== null && <Failure error={error} of="identity" again={again} />}
        {answer === null && error === null && <p class="loading">{text.reading}</p>}
        {answer !== null && <AppIdentity of={answer} />}
      </section>
      <section class="shortcut-table">
        <h2>{text.shortcuts}</h2>
        <ShortcutTable />
      </section>
    </>
  );
}

function App() {
  const { answer, error, again } = useAnswer('health', 'health');
  const [notSaved, setNotSaved] = useState<ApiError | null>(null);
  const save = (event: Event) =>
    saveWithKey(event).then(
      () => setNotSaved(null),
      (failure: unknown) => {
        if (!(failure instanceof ApiError)) throw failure;
        setNotSaved(failure);
      },
    );
  // An unhealthy app answers 503 to a request for its health.
  const isUnhealthy = error?.status === 503;
  const version = answer?.version ?? newest.value?.version;
  const lastRun = answer?.lastRun ?? null;
  return (
    <section>
      <h2>{text.app}</h2>
      {error !== null && !isUnhealthy && <Failure error={error} of="health" again={again} />}
      {notSaved !== null && <Failure error={notSaved} of="openapi" />}
      <dl class="facts">
        <Fact label={text.version}>{version ?? text.notKnown}</Fact>
        <Fact label={text.pageVersion}>{pageVersion}</Fact>
        <Fact label={text.health}>{isUnhealthy ? text.unhealthy : answer === null ? text.notKnown : text.healthy}</Fact>
        {answer !== null && (
          <Fact label={text.lastRun}>
            {lastRun === null ? (
              text.noRun
            ) : (
              <>
                <Time at={lastRun.finishedAt} />, {lastRun.complete ? text.complete : text.notComplete}
              </>
            )}
          </Fact>
        )}
        <Fact label={text.api}>
          <a href={apiAddress('openapi.json').href} onClick={save}>
            {text.openapi}
          </a>{' '}
          <span class="faint">{text.openapiMeans}</span>
        </Fact>
      </dl>
    </section>
  );
}

/** A link sends no function key, and a key in an address would be seen: with a key, the page asks itself. */
async function saveWithKey(event: Event): Promise<void> {
  if (functionKey() === null) return;
  event.preventDefault();
  const response = await send(apiAddress('openapi.json'), {});
  saveBlob(await response.blob(), text.openapi);
}

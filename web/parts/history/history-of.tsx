import { useEffect, useState } from 'preact/hooks';
import { ApiError } from '../../api/api-error.ts';
import { call } from '../../api/client.ts';
import type { Change, Finding, Summary } from '../../api/types.ts';
import { linkTo } from '../../state/address.ts';
import { shownRun } from '../../state/shown-run.ts';
import { useAnswer } from '../../state/use-answer.ts';
import { findingsText } from '../../text/findings.ts';
import { filterText } from '../../text/parts/filters.ts';
import { historyText as text } from '../../text/parts/history.ts';
import { ChangeList, newestFirst } from '../../views/changes/changes.tsx';
import { OneFinding } from '../../views/findings.tsx';
import { Failure } from '../failure.tsx';
import { formatTime } from '../time.tsx';

/** Changes of one thing since the oldest run that the summary names. */
export interface History {
  /** The oldest first. */
  readonly changes: readonly Change[];
  readonly runs: Summary['runs'];
  /** The run after which the changes are; empty while unknown. */
  readonly from: string;
  readonly more: boolean;
  readonly error: ApiError | null;
  readonly again: () => void;
}

const mostChanges = 1000;

/** @param query the filter of the changes */
export function useChangesOf(query: Readonly<Record<string, string>>): History {
  const summary = useAnswer('summary', 'summary', { asOf: shownRun.value });
  const runs = summary.answer?.runs ?? [];
  const from = runs[0]?.runId ?? '';
  const asked = { ...query, from, to: shownRun.value, orderby: newestFirst, maxpagesize: mostChanges };
  const { answer, error, again } = useAnswer('changes', from === '' ? null : 'changes', asked);
  return {
    changes: (answer?.value ?? []).toReversed(),
    runs,
    from,
    more: answer?.nextLink !== undefined,
    error: error ?? summary.error,
    again: error === null ? summary.again : again,
  };
}

const changesShown = 12;

export function ChangesOf({
  history: { changes, runs, from, more, error, again },
  query,
}: {
  readonly history: History;
  readonly query: Readonly<Record<string, string>>;
}) {
  const since = formatTime(runs[0]?.finishedAt ?? new Date(0).toISOString());
  const isCut = more || changes.length > changesShown;
  return (
    <>
      <h2>{text.changes}</h2>
      {error !== null && <Failure error={error} of="changes" again={again} />}
      {from !== '' && error === null && (
        <p class="hint">{changes.length === 0 ? text.noChanges(since) : text.since(since)}</p>
      )}
      {more && <p class="notice">{text.tooMany(mostChanges)}</p>}
      {changes.length > 0 && <ChangeList changes={changes.slice(-changesShown).toReversed()} />}
      {isCut && <a href={linkTo('changes', '', { ...query, from })}>{text.allChanges}</a>}
    </>
  );
}

const mostFindings = 50;

interface Findings {
  readonly value: readonly Finding[];
  readonly complete: boolean;
  /** The filter of an answer that has further pages, or null. */
  readonly cut: Readonly<Record<string, string>> | null;
}

/** The findings of one thing. @param queries filters of the findings; what several of them find is shown once */
export function FindingsOf({ queries }: { readonly queries: readonly Readonly<Record<string, string>>[] }) {
  const [found, setFound] = useState<Findings | null>(null);
  const [error, setError] = useState<ApiError | null>(null);
  const [attempt, setAttempt] = useState(0);
  const asOf = shownRun.value;
  const key = `${asOf} ${JSON.stringify(queries)}`;
  // The key stands for the queries, which are new objects each time.
  useEffect(() => {
    const ended = new AbortController();
    const ask = async () => {
      const all = queries.map((query) =>
        call('findings', 'findings', { query: { ...query, asOf, maxpagesize: mostFindings }, signal: ended.signal }),
      );
      const answers = await Promise.all(all);
      const findings = answers.flatMap(({ value }) => value);
      const once = new Map(findings.map((one) => [`${one.rule} ${one.resourceId} ${one.principalId}`, one]));
      const cut = queries[answers.findIndex(({ nextLink }) => nextLink !== undefined)] ?? null;
      setFound({ value: [...once.values()], complete: answers.every(({ complete }) => complete), cut });
      setError(null);
    };
    ask().catch((problem: unknown) => {
      if (ended.signal.aborted) return;
      if (!(problem instanceof ApiError)) throw problem;
      setError(problem);
    });
    return () => ended.abort();
  }, [key, attempt]);
  return (
    <>
      <h2>{text.findings}</h2>
      {error !== null && <Failure error={error} of="findings" again={() => setAttempt(attempt + 1)} />}
      {found !== null && found.value.length === 0 && (
        <p>{found.complete ? text.noFindings : text.noFindingsIncomplete}</p>
      )}
      <ul class="findings">
        {(found?.value ?? []).map((finding) => (
          <li key={`${finding.rule} ${finding.resourceId} ${finding.principalId}`}>
            <span class={`severity ${finding.severity}`}>{filterText.severities[finding.severity]}</span>{' '}
            <strong>{findingsText.rules[finding.rule]}</strong>
            <OneFinding finding={finding} />
          </li>
        ))}
      </ul>
      {found !== null && found.cut !== null && <a href={linkTo('findings', '', found.cut)}>{text.allFindings}</a>}
    </>
  );
}

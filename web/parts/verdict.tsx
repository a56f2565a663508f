import type { CoverageCounts } from '../api/types.ts';
import { linkTo } from '../state/address.ts';
import { toHash } from '../state/hash.ts';
import { count, stateText } from '../text/states.ts';
import { Icon } from './icon.tsx';
import { Time } from './time.tsx';

/** What an answer says about its own completeness. */
export interface Completeness {
  readonly complete: boolean;
  readonly coverage: CoverageCounts;
  /** End of the run, ISO 8601. */
  readonly asOf: string;
}

/** The parts of an inventory that were not read, in words: `2 denied, 1 failed, 1 blind spot`. */
export function missingParts({ coverage }: Pick<Completeness, 'coverage'>): string {
  const parts = (['denied', 'failed', 'partial'] as const)
    .filter((status) => coverage[status] > 0)
    .map((status) => `${count(coverage[status], 'subscription')} ${stateText.statuses[status]}`);
  if (coverage.blindSpots !== null && coverage.blindSpots > 0) parts.push(stateText.blindSpots(coverage.blindSpots));
  return parts.join(', ');
}

interface VerdictProps {
  readonly of: Completeness;
  /** The newest file is damaged, and the answer comes from the one before. */
  readonly damaged?: boolean;
  /** Why the run as a whole is not complete. */
  readonly reason?: { readonly message: string; readonly hint: string | null } | null;
  /** The run of the answer, where it is not the one that all views show. */
  readonly runId?: string | null;
  /** The view lists nothing that could be missing from it. */
  readonly listsNothing?: boolean;
}

/** Says at the top of a view whether its answer is complete. Only a complete answer is quiet. */
export function Verdict({ of, damaged = false, reason = null, runId = null, listsNothing = false }: VerdictProps) {
  const { coverage } = of;
  const run = (
    <span class="verdict-run">
      {stateText.runOf} <Time at={of.asOf} /> (<Time at={of.asOf} relative />)
    </span>
  );
  const read = coverage.complete + coverage.skipped;
  if (of.complete && coverage.blindSpots !== null && !damaged && reason === null) {
    return (
      <p class="verdict complete">
        <Icon name="complete" /> {stateText.complete(read)} · {run}
      </p>
    );
  }
  const missing = missingParts(of);
  return (
    <div class={`verdict incomplete ${damaged || reason !== null ? 'bad' : ''}`} role="note">
      {damaged && (
        <p>
          <Icon name="failed" /> <strong>{stateText.damaged}</strong>
        </p>
      )}
      {reason !== null && (
        <p>
          <Icon name="failed" /> {stateText.reason} {reason.message}. {reason.hint}
        </p>
      )}
      {!of.complete && (
        <p>
          <Icon name="incomplete" /> <strong>{stateText.notComplete}</strong> {missing}
          {missing === '' ? '' : '. '}
          {coverage.blindSpots === null ? `${stateText.blindSpotsUnknown} ` : ''}
          {listsNothing ? '' : `${stateText.missingHere} `}
          <a href={runId === null ? linkTo('coverage') : toHash('coverage', '', { asOf: runId })}>
            {stateText.whatIsMissing}
          </a>
        </p>
      )}
      <p>{run}</p>
    </div>
  );
}

import { useEffect, useState } from 'preact/hooks';
import type { CoverageCounts } from '../api/types.ts';
import { linkTo } from '../state/address.ts';
import { toHash } from '../state/hash.ts';
import { newest } from '../state/shown-run.ts';
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

/**
 * The parts of an inventory that were not read, in words: `2 denied, 1 failed, 1 blind spot`.
 * @returns empty only when everything was read
 */
export function missingParts({ complete, coverage }: Omit<Completeness, 'asOf'>): string {
  const parts = knownGaps(coverage);
  if (coverage.blindSpots === null) parts.push(stateText.blindSpotsNotKnown);
  if (parts.length === 0 && !complete) parts.push(isDamaged() ? stateText.newestFile : stateText.unlisted);
  return parts.join(', ');
}

function knownGaps(coverage: CoverageCounts): string[] {
  const parts = (['denied', 'failed', 'partial'] as const)
    .filter((status) => coverage[status] > 0)
    .map((status) => `${count(coverage[status], 'subscription')} ${stateText.statuses[status]}`);
  if (coverage.blindSpots !== null && coverage.blindSpots > 0) parts.push(stateText.blindSpots(coverage.blindSpots));
  return parts;
}

/** The newest file is damaged, so every answer comes from the one before. */
function isDamaged(): boolean {
  return newest.value?.damaged === true;
}

interface Reason {
  readonly message: string;
  readonly hint: string | null;
}

interface VerdictProps {
  readonly of: Completeness;
  /** Why the run as a whole is not complete; default: what is known of the newest run. */
  readonly reason?: Reason | null;
  /** The run of the answer, where it is not the one that all views show. */
  readonly runId?: string | null;
  /** The view lists nothing that could be missing from it. */
  readonly listsNothing?: boolean;
}

/** Says at the top of a view, and to screen readers, whether its answer is complete. Only a complete answer is quiet. */
export function Verdict(props: VerdictProps) {
  // Screen readers announce what appears in a region that is already there.
  const [isTold, setTold] = useState(false);
  useEffect(() => setTold(true), []);
  return (
    <div role="status" class={isTold ? undefined : 'untold'}>
      <Words {...props} />
    </div>
  );
}

function Words({ of, reason = reasonOf(of), runId = null, listsNothing = false }: VerdictProps) {
  const { coverage } = of;
  const damaged = isDamaged();
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
  const missing = coverage.blindSpots === null ? knownGaps(coverage).join(', ') : missingParts(of);
  return (
    <div class={`verdict incomplete ${damaged || reason !== null ? 'bad' : ''}`}>
      {damaged && (
        <p>
          <Icon name="failed" /> <strong>{stateText.damaged}</strong> {stateText.damagedHint}
        </p>
      )}
      {reason !== null && (
        <p>
          <Icon name="failed" /> {stateText.reason} {reason.message}. {reason.hint}
        </p>
      )}
      {(!of.complete || coverage.blindSpots === null) && (
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

function reasonOf({ asOf }: Completeness): Reason | null {
  return newest.value?.asOf === asOf ? newest.value.reason : null;
}

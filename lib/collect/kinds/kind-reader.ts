import type { ArmClient, RequestContext } from '../../azure/resource-manager/client/arm-client.ts';
import type { Pages } from '../../azure/resource-manager/client/pages.ts';
import type { KindCoverage } from '../../inventory/coverage.ts';
import type { ReadingEvent, ReadingSink } from '../../inventory/reading.ts';
import type { SharedRoles } from './shared-roles.ts';

/** How reading a kind ended. */
export type Outcome = Pick<KindCoverage, 'status' | 'reason'>;

/** Read to its end. Only the rights of the identity prove that nothing was filtered. */
export const readToItsEnd: Outcome = { status: 'complete', reason: null };

export interface KindRequest {
  readonly arm: ArmClient;
  /** Lower case. */
  readonly subscriptionId: string;
  readonly sink: ReadingSink;
  readonly context: RequestContext;
  /** Shared by all subscriptions that are read together. */
  readonly roles: SharedRoles;
  /** Called for each page, after its rows went to the sink. */
  readonly onPage: () => void;
}

/**
 * Reads one kind of one subscription into the sink.
 * @throws what its list throws; `outcomeOf` interprets it
 */
export type KindReader = (request: KindRequest) => Promise<KindEnd>;

export interface KindEnd {
  readonly outcome: Outcome;
  /** Further actions that the identity needs for the outcome to hold; null = no rights matter. */
  readonly alsoNeeds: readonly string[] | null;
}

/** A reader of a kind that is one list. Each page becomes one event. */
export function listReader<Row>(
  list: (arm: ArmClient, subscriptionId: string, context: RequestContext) => Pages<Row>,
  toEvent: (subscriptionId: string, rows: readonly Row[]) => ReadingEvent,
): KindReader {
  return async ({ arm, subscriptionId, sink, context, onPage }) => {
    await list(arm, subscriptionId, context).read((page) => {
      sink(toEvent(subscriptionId, page));
      onPage();
    });
    return { outcome: readToItsEnd, alsoNeeds: [] };
  };
}

import type { Database } from '../database/database.ts';
import type { Reason } from '../errors.ts';
import { grantReaderCommand, type Kind, subscriptionStatus } from '../inventory/coverage.ts';
import type { Plan } from '../inventory/plan.ts';
import type {
  FollowUp,
  KindReading,
  ReadingEvent,
  ReadingSink,
  SourceEvent,
  SourceSink,
} from '../inventory/reading.ts';
import { roleKey } from '../inventory/roles/role.ts';
import { readFollowedSubscriptions } from './followed-subscriptions.ts';
import { planWithSources } from './plan-with-sources.ts';
import { replaySource } from './replay-source.ts';
import type { LookedAt } from './source.ts';
import { prepareSourceAnswers } from './source-answers.ts';
import { noRequests } from './source-content.ts';
import { bestOffers, contentOf, isBetter, type Offer } from './source-offers.ts';

/** Sends the readings of this deployment to a sink. `onlyContested`: sends only contested subscriptions. */
export type Replay = (sink: ReadingSink, onlyContested: boolean) => Promise<void>;

/**
 * Decides what a run takes in from sources. Their readings obey the rules of every reading. Where a source cannot be
 * used, the subscriptions that came from it have failed: they turn stale, and nothing of them ends.
 * @param database this deployment's own, before the merge
 * @param excluded subscriptions that the settings leave out, lower case
 */
export function takeIn(plan: Plan, database: Database, sources: readonly LookedAt[], excluded: readonly string[]) {
  const followed = readFollowedSubscriptions(database);
  const states = sources.map((source) => contentOf(source, plan));
  const inScope = (id: string): boolean => (plan.scope?.includes(id) ?? true) && !excluded.includes(id);
  // A retried step may execute long after the run began, so the present time counts.
  const nowMs = Math.max(Date.parse(plan.startedAt), Date.now());
  const offers = bestOffers(states, followed, inScope, nowMs);
  const planned = new Set(plan.subscriptions.map(({ subscriptionId }) => subscriptionId));
  const taken = new Map<string, Offer>();
  const ownRoles = new Set<string>();
  const answersOf = new Map<Database, ReturnType<typeof prepareSourceAnswers>>();

  const write = (offer: Offer, sink: SourceSink): void => {
    const { source, subscription, reading } = offer;
    const { subscriptionId } = subscription;
    taken.set(subscriptionId, offer);
    if ('database' in reading) {
      replaySource(reading.database, source, reading.subscription, sink);
      return;
    }
    const readAt = plan.startedAt;
    const failed = { subscriptionId, readAt, status: 'failed', reason: reading.failure, count: 0 } as const;
    sink({ type: 'beginFrom', source, subscriptionId, readAt });
    for (const kind of plan.kinds) sink({ type: 'end', reading: { ...failed, ...noRequests, kind } });
  };
  return {
    /** The run's plan, extended by what the sources have. */
    plan: planWithSources(plan, states, offers, followed, inScope),
    /** Subscriptions that both this deployment reads in this run and a source has read. */
    contested: new Set([...offers.keys()].filter((id) => planned.has(id))),
    /** A sink for what this deployment reads. It notes the roles: no source describes them afterwards. */
    ownSink:
      (sink: ReadingSink): ReadingSink =>
      (event) => {
        if (event.type === 'roleDefinitions') for (const { id } of event.rows) ownRoles.add(roleKey(id));
        sink(event);
      },
    /** Sends the subscriptions that only sources have. */
    writeUncontested(sink: SourceSink): void {
      for (const [id, offer] of offers) if (!planned.has(id)) write(offer, sink);
    },
    /**
     * Sends the better reading of each contested subscription, and every other subscription that `replay` brings. What
     * this deployment has read completely is better than any source; otherwise a complete reading is better than any
     * other, and of two alike, the newer.
     * @param replay is called twice: for how this deployment read them, then for the rows
     */
    async writeContested(sink: (event: ReadingEvent | SourceEvent) => void, replay: Replay): Promise<void> {
      const own = createOwnReadings();
      await replay(own.write, true);
      const better = new Map([...offers].filter(([id, offer]) => planned.has(id) && own.isWorseThan(offer)));
      const otherRoles: SourceSink = (event) => {
        if (event.type !== 'roleDefinitions') sink(event);
        else sink({ ...event, rows: event.rows.filter(({ id }) => !ownRoles.has(roleKey(id))) });
      };
      for (const offer of better.values()) write(offer, otherRoles);
      await replay(
        routeReadings((id) => (better.has(id) ? null : sink), sink),
        false,
      );
    },
    /** Answers a question about a subscription that comes from a source. @returns false = ask Azure */
    answered(followUp: FollowUp): boolean {
      const subscriptionId = followUp.resourceId.split('/')[2]?.toLowerCase() ?? '';
      const offer = taken.get(subscriptionId);
      if (offer === undefined) return false;
      if ('database' in offer.reading) {
        const { database: from } = offer.reading;
        const answers = answersOf.get(from) ?? prepareSourceAnswers(from);
        answersOf.set(from, answers);
        if (answers(followUp)) return true;
      }
      if (planned.has(subscriptionId)) return false;
      const reason = notKnown(offer.source, followUp.resourceId, subscriptionId, plan);
      followUp.answer({ outcome: 'unverified', reason });
      return true;
    },
  };
}

/**
 * A sink that passes each subscription to the sink that `sinkOf` names; null drops it. Role definitions go to `roles`:
 * the first subscription that names a role brings its definition for all.
 */
export function routeReadings(sinkOf: (subscriptionId: string) => ReadingSink | null, roles: ReadingSink): ReadingSink {
  return (event) => {
    if (event.type === 'roleDefinitions') roles(event);
    else sinkOf(event.type === 'end' ? event.reading.subscriptionId : event.subscriptionId)?.(event);
  };
}

/** How this deployment has read each subscription in this run, without the rows. */
function createOwnReadings() {
  const own = new Map<string, { readonly readAt: string; readonly kinds: Partial<Record<Kind, KindReading>> }>();
  return {
    isWorseThan(offer: Offer): boolean {
      const found = own.get(offer.subscription.subscriptionId);
      if (found === undefined) return true;
      const { readAt, kinds } = found;
      return !Object.values(kinds).some(isWhole) && isBetter(offer, { readAt, status: subscriptionStatus(kinds) });
    },
    write(event: ReadingEvent): void {
      if (event.type === 'begin') own.set(event.subscriptionId, { readAt: event.readAt, kinds: {} });
      else if (event.type === 'end') {
        const found = own.get(event.reading.subscriptionId);
        if (found !== undefined) found.kinds[event.reading.kind] = event.reading;
      }
    },
  };
}

/**
 * Whether a kind was read completely. An empty list of any other kind than virtual machines proves little: a provider
 * that is not registered answers so, whatever the rights are. Power states never count.
 */
function isWhole({ kind, status, count }: KindReading): boolean {
  if (status !== 'complete' && status !== 'skipped') return false;
  return kind === 'virtualMachines' || (kind !== 'powerStates' && count > 0);
}

function notKnown(source: string, resourceId: string, subscriptionId: string, { principalId }: Plan): Reason {
  return {
    code: 'NotKnownToSource',
    message: `${source} does not know ${resourceId}, and this deployment does not see subscription ${subscriptionId}, so it cannot ask Azure`,
    hint: grantReaderCommand(subscriptionId, principalId),
  };
}

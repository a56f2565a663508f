import type { Database } from '../database/database.ts';
import type { Reason } from '../errors.ts';
import { grantReaderCommand } from '../inventory/coverage.ts';
import type { Plan } from '../inventory/plan.ts';
import type { FollowUp, SourceSink } from '../inventory/reading.ts';
import type { OwnReadings } from './contested-readings.ts';
import { readFollowedSubscriptions } from './followed-subscriptions.ts';
import type { LookedAt } from './open-sources.ts';
import { planWithSources } from './plan-with-sources.ts';
import { tellReading } from './replay-source.ts';
import { prepareSourceAnswers } from './source-answers.ts';
import { bestOffers, isBetter, type Offer, understand } from './source-offers.ts';

/** The present of other deployments on its way into a run. */
export interface TakenIn {
  /** The run's plan, with what the sources have. */
  readonly plan: Plan;
  /** Subscriptions that this deployment reads in this run and a source has read, too. */
  readonly contested: ReadonlySet<string>;
  /** Tells the subscriptions that sources alone have. */
  tellOthers(sink: SourceSink): void;
  /**
   * Tells the contested subscriptions of which a source has the better reading: a complete one before any other, then the newer.
   * @returns their ids: this deployment's own reading of them is not to be merged
   */
  tellBetter(own: OwnReadings, sink: SourceSink): ReadonlySet<string>;
  /** Answers a question about a subscription that comes from a source. @returns false = it is to be put to Azure */
  answered(followUp: FollowUp): boolean;
}

/**
 * Decides what a run takes in from sources. What they have read takes part under the rules of every reading; of one that cannot be used,
 * the subscriptions that came from it have failed, so that they turn stale and nothing of them ends.
 * @param database this deployment's own, before the merge
 * @param excluded subscriptions that the settings leave out, lower case
 */
export function takeIn(
  plan: Plan,
  database: Database,
  sources: readonly LookedAt[],
  excluded: readonly string[],
): TakenIn {
  const followed = readFollowedSubscriptions(database);
  const states = sources.map((source) => understand(source, plan));
  const inScope = (id: string): boolean => (plan.scope?.includes(id) ?? true) && !excluded.includes(id);
  // a run that is taken up again later has begun long ago
  const nowMs = Math.max(Date.parse(plan.startedAt), Date.now());
  const offers = bestOffers(states, followed, inScope, nowMs);
  const planned = new Set(plan.subscriptions.map(({ subscriptionId }) => subscriptionId));
  const taken = new Map<string, Offer>();
  const answersOf = new Map<Database, ReturnType<typeof prepareSourceAnswers>>();

  const tell = (offer: Offer, sink: SourceSink): void => {
    const { source, subscription, reading } = offer;
    const { subscriptionId } = subscription;
    taken.set(subscriptionId, offer);
    if ('database' in reading) {
      tellReading(reading.database, source, reading.subscription, sink);
      return;
    }
    const readAt = plan.startedAt;
    const failed = {
      subscriptionId,
      readAt,
      status: 'failed',
      reason: reading.failure,
      count: 0,
      requestId: null,
    } as const;
    sink({ type: 'beginFrom', source, subscriptionId, readAt });
    for (const kind of plan.kinds) {
      const reading = { ...failed, kind, requests: 0, pages: 0, retries: 0, throttledMilliseconds: 0 };
      sink({ type: 'end', reading });
    }
  };
  return {
    plan: planWithSources(plan, states, offers, followed, inScope),
    contested: new Set([...offers.keys()].filter((id) => planned.has(id))),
    tellOthers(sink) {
      for (const [id, offer] of offers) if (!planned.has(id)) tell(offer, sink);
    },
    tellBetter(own, sink) {
      const better = [...offers].filter(([id, offer]) => planned.has(id) && isBetter(offer, own.of(id)));
      for (const [, offer] of better) tell(offer, sink);
      return new Set(better.map(([id]) => id));
    },
    answered(followUp) {
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
      followUp.answer({
        outcome: 'unverified',
        reason: notKnown(offer.source, followUp.resourceId, subscriptionId, plan),
      });
      return true;
    },
  };
}

function notKnown(source: string, resourceId: string, subscriptionId: string, { principalId }: Plan): Reason {
  return {
    code: 'NotKnownToSource',
    message: `${source} does not know ${resourceId}, and this deployment does not see subscription ${subscriptionId} to ask by id`,
    hint: grantReaderCommand(subscriptionId, principalId),
  };
}

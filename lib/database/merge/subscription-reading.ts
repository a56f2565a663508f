import type { Kind } from '../../inventory/coverage.ts';
import type { KindReading } from '../../inventory/reading.ts';
import type { MergeContext } from './create-merge-context.ts';

/** Checks by id for one kind in one subscription in one run; a list that lacks more is suspicious. */
export const mostChecks = 200;

/** What was known of a kind before this reading; times in epoch milliseconds. */
export interface KindPast {
  /** Its last complete reading: what is new happened after it. null = there was none. */
  readonly notBefore: number | null;
  /** Nothing proves what was there before, or all is part of one change of the subscription: rows begin without a change. */
  readonly silent: boolean;
  /** The newest reading that showed rows; that of this one where there was none. */
  readonly lastSeen: number;
}

/** How one subscription is being read in this run: what the merges of its kinds share. */
export interface SubscriptionReading {
  readonly subscriptionId: string;
  /** Its number. */
  readonly subscription: number;
  /** Epoch milliseconds. */
  readonly readAt: number;
  /** Changes of what is in it are part of one change of the subscription. */
  readonly quiet: boolean;
  /**
   * This reading is older than one already stored that showed rows: recorded, and it changes nothing. Clocks jump: what was stored
   * before this run began to read is older than what it read, whatever their times say. And a time more than a day ahead is that of a
   * clock that was wrong; it must not hold up what is read until then.
   */
  readonly superseded: boolean;
  /** How each kind was read, open to what follow-ups find out. */
  readonly readings: ReadonlyMap<Kind, KindReading>;
  past(kind: Kind): KindPast;
  end(reading: KindReading): void;
  /** A complete kind turns out to be `partial`; the first reason stays. */
  weaken(kind: Kind, code: string, message: string, hint: string | null): void;
}

const dayMs = 86_400_000;

/** @param begun `own`: read by this run, not by another deployment */
export function openSubscriptionReading(
  context: MergeContext,
  begun: Pick<SubscriptionReading, 'subscriptionId' | 'readAt' | 'quiet'> & { readonly own: boolean },
): SubscriptionReading {
  const { subscriptionId, readAt, quiet, own } = begun;
  const subscription = context.dictionary.subscription(subscriptionId);
  const earlier = context.coverage.earlier(subscription);
  const readings = new Map<Kind, KindReading>();
  return {
    subscriptionId,
    subscription,
    readAt,
    quiet,
    readings,
    superseded: [...earlier.values()].some(({ newestShown, newestUnknown }) => {
      const newest = own ? newestUnknown : newestShown;
      return newest !== null && readAt < newest && newest < context.now + dayMs;
    }),
    past(kind) {
      const newestComplete = earlier.get(kind)?.newestComplete ?? null;
      // by a clock that has been put back since, it would be later than this reading
      const notBefore = newestComplete === null ? null : Math.min(newestComplete, readAt);
      return {
        notBefore,
        silent: quiet || notBefore === null,
        lastSeen: earlier.get(kind)?.newestShown ?? readAt,
      };
    },
    end: (reading) => void readings.set(reading.kind, reading),
    weaken(kind, code, message, hint) {
      const reading = readings.get(kind);
      if (reading?.status !== 'complete' && reading?.status !== 'skipped') return;
      readings.set(kind, { ...reading, status: 'partial', reason: { code, message, hint } });
    },
  };
}

import type { Kind } from '../../inventory/coverage.ts';
import type { KindReading } from '../../inventory/reading.ts';
import type { MergeContext } from './merge-context.ts';

/** How this run reads one subscription. The merges of all kinds share it. */
export type SubscriptionReading = Readonly<ReturnType<typeof openSubscriptionReading>>;

const dayMs = 86_400_000;

interface BegunReading {
  readonly subscriptionId: string;
  /** Epoch milliseconds. */
  readonly readAt: number;
  /** One change of the subscription covers all changes in it. */
  readonly quiet: boolean;
  /** This run read it, not another deployment. */
  readonly own: boolean;
}

export function openSubscriptionReading(context: MergeContext, begun: BegunReading) {
  const { subscriptionId, readAt, quiet, own } = begun;
  const subscription = context.dictionary.subscription(subscriptionId);
  const earlier = context.coverage.earlier(subscription);
  /** How each kind was read. Follow-ups can still weaken it. */
  const readings = new Map<Kind, KindReading>();
  return {
    subscriptionId,
    subscription,
    readAt,
    quiet,
    readings,
    /**
     * This reading is older than a stored one that showed rows: the merge records it and changes nothing. Clocks jump,
     * so what was merged before this run began to read is always older. What was merged meanwhile is compared by time.
     * A time more than a day ahead comes from a wrong clock and must not block readings until then.
     */
    superseded: earlier.values().some(({ newestShown, newestUnknown }) => {
      const newest = own ? newestUnknown : newestShown;
      return newest !== null && readAt < newest && newest < context.now + dayMs;
    }),
    past(kind: Kind) {
      const newestComplete = earlier.get(kind)?.newestComplete ?? null;
      // If the clock was put back since, the complete reading would be later than this one.
      const notBefore = newestComplete === null ? null : Math.min(newestComplete, readAt);
      return {
        /** Its last complete reading: what is new happened after it. null = there was none. */
        notBefore,
        /** Rows begin without a change: no complete earlier reading, or a change of the subscription covers them. */
        silent: quiet || notBefore === null,
        /** The newest earlier reading that showed rows; without one, the time of this reading. */
        lastSeen: earlier.get(kind)?.newestShown ?? readAt,
      };
    },
    end: (reading: KindReading): void => void readings.set(reading.kind, reading),
    /** Makes a complete kind `partial`. The first reason stays. */
    weaken(kind: Kind, code: string, message: string, hint: string | null): void {
      const reading = readings.get(kind);
      if (reading?.status !== 'complete' && reading?.status !== 'skipped') return;
      readings.set(kind, { ...reading, status: 'partial', reason: { code, message, hint } });
    },
  };
}

import type { PipelinePolicy, PipelineRequest, PipelineResponse, SendRequest } from '@azure/core-rest-pipeline';
import type { Clock } from '../../../../async/clock.ts';
import type { ConcurrencyGate } from '../concurrency-gate.ts';
import { ThrottledError } from '../errors.ts';
import { isCrawling, learn, type Pace, type Paces, takeTurn } from '../pace.ts';
import { contextOf, payForWaiting, type RequestContext } from '../request-context.ts';

const notSent: Promise<null> = Promise.resolve(null);

/**
 * Decides when a request leaves:
 * 1. It waits for its subscription's turn. Turns are further apart when one of Azure's buckets is almost empty; after a
 *   429 there is none for a while. Other subscriptions continue.
 * 2. It waits at the gate, which bounds the requests in flight over all subscriptions, and keeps its place until the
 *   body is read. If its subscription was held or slowed down in the meantime, it gives the place back unused: no
 *   request keeps a place while it waits.
 *
 * The subscription's budget pays for waiting after a 429, and for going more slowly than the documented buckets refill.
 * Going at the rate of the refill is free, because that is how a large subscription is read.
 * @throws {ThrottledError} the subscription is held for longer than the budget pays
 */
export function pacingPolicy(paces: Paces, gate: ConcurrencyGate, clock: Clock): PipelinePolicy {
  return {
    name: 'pacingPolicy',
    async sendRequest(request, next) {
      const context = contextOf(request);
      const pace = paces.of(request.url);
      for (;;) {
        const now = clock.now();
        const turn = takeTurn(pace, now);
        const spaced = pace.gapMs > 0;
        if (turn > now) await waitUntil(turn, now, pace, request, context, clock);
        const response = await gate.run(context.priority ?? 0, context.signal, () =>
          pace.heldUntil > turn || (pace.gapMs > 0 && !spaced) ? notSent : send(pace, request, next, clock),
        );
        if (response !== null) return response;
      }
    },
  };
}

async function send(pace: Pace, request: PipelineRequest, next: SendRequest, clock: Clock): Promise<PipelineResponse> {
  pace.inFlight += 1;
  try {
    const response = await next(request);
    learn(pace, response, clock.now());
    return response;
  } finally {
    pace.inFlight -= 1;
  }
}

async function waitUntil(
  turn: number,
  now: number,
  pace: Pace,
  request: PipelineRequest,
  { budget, meter, signal, onHeld }: RequestContext,
  clock: Clock,
): Promise<void> {
  if (!payForWaiting(budget, now, pace.heldUntil)) {
    throw new ThrottledError(new URL(request.url).pathname, pace.heldBecause);
  }
  // When the budget is used up, send, and let Azure throttle what is too fast.
  const until = isCrawling(pace) && !payForWaiting(budget, now, turn) ? pace.heldUntil : turn;
  if (pace.heldUntil > now) onHeld?.();
  const waitMs = Math.ceil(until - now);
  if (waitMs <= 0) return;
  meter.throttledMilliseconds += waitMs;
  await clock.delay(waitMs, signal);
}

import type { PipelinePolicy, PipelineRequest, PipelineResponse, SendRequest } from '@azure/core-rest-pipeline';
import type { Clock } from '../../../../async/clock.ts';
import type { ConcurrencyGate } from '../concurrency-gate.ts';
import { ThrottledError } from '../errors/throttled-error.ts';
import { isCrawling, learn, type Pace, type Paces, takeTurn } from '../pace.ts';
import { contextOf, payForWaiting, type RequestContext } from '../request-context.ts';

const pacingPolicyName = 'pacingPolicy';

const heldBack: Promise<null> = Promise.resolve(null);

/**
 * Decides when a request leaves. Its subscription's turn comes first: slowed down as soon as few requests are left in one of
 * Azure's buckets, and held after a 429 while the others go on. Then it takes a place at the gate, which bounds what is in flight
 * over all subscriptions; the place is kept until the body is read, and given up unused when the subscription has been held or
 * slowed down meanwhile: nobody keeps a place while waiting.
 *
 * Waiting after a 429 is paid from the subscription's budget, and so is going slower than the documented buckets are refilled.
 * Going at the pace of the refill costs nothing: it is how a large subscription is read.
 * @throws {ThrottledError} the subscription is held for longer than the budget pays
 */
export function pacingPolicy(paces: Paces, gate: ConcurrencyGate, clock: Clock): PipelinePolicy {
  return {
    name: pacingPolicyName,
    async sendRequest(request, next) {
      const context = contextOf(request);
      const { signal } = context;
      const pace = paces.of(request.url);
      for (;;) {
        const now = clock.now();
        const turn = takeTurn(pace, now);
        const spaced = pace.gapMs > 0;
        if (turn > now) await waitUntil(turn, now, pace, request, context, clock);
        const response = await gate.run(context.priority ?? 0, signal, () =>
          pace.heldUntil > turn || (pace.gapMs > 0 && !spaced) ? heldBack : send(pace, request, next, clock),
        );
        if (response !== null) return response;
      }
    },
  };
}

async function send(pace: Pace, request: PipelineRequest, next: SendRequest, clock: Clock): Promise<PipelineResponse> {
  pace.underWay += 1;
  try {
    const response = await next(request);
    learn(pace, response, clock.now());
    return response;
  } finally {
    pace.underWay -= 1;
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
  // once nothing is left to pay with, Azure may say itself what is too fast
  const until = isCrawling(pace) && !payForWaiting(budget, now, turn) ? pace.heldUntil : turn;
  if (pace.heldUntil > now) onHeld?.();
  const wait = Math.ceil(until - now);
  if (wait <= 0) return;
  meter.throttledMilliseconds += wait;
  await clock.delay(wait, signal);
}

import type { PipelinePolicy, PipelineRequest } from '@azure/core-rest-pipeline';
import type { Members } from './members/member-filter.ts';

/** What it cost to read one kind of one subscription. The client adds to it with each request. */
export interface RequestMeter {
  /** Attempts sent, retries included. */
  requests: number;
  pages: number;
  /** Attempts sent because the previous one failed. */
  retries: number;
  /** Time spent waiting because Azure throttled; whole milliseconds. */
  throttledMilliseconds: number;
  /** `x-ms-request-id` of the last answer, which Azure support needs. */
  requestId: string | null;
}

/** How long the requests of one subscription, of all kinds, may still wait for throttling. */
export interface WaitBudget {
  remainingMs: number;
  /** Waiting until then is paid; in milliseconds of the client's clock. */
  paidUntil: number;
}

/** What accompanies a request through the pipeline. */
export interface RequestContext {
  readonly meter: RequestMeter;
  readonly budget: WaitBudget;
  readonly signal: AbortSignal;
  /** At the concurrency limit, a larger one goes first; default 0. */
  readonly priority?: number;
  /** Called when a request starts to wait because Azure throttles its subscription. */
  readonly onHeld?: () => void;
}

const throttlingWaitPerSubscriptionMs = 5 * 60_000;

export function newRequestMeter(): RequestMeter {
  return { requests: 0, pages: 0, retries: 0, throttledMilliseconds: 0, requestId: null };
}

/** Five minutes by default. A subscription that needs more fails as `Throttled`, so that the run ends. */
export function newWaitBudget(remainingMs: number = throttlingWaitPerSubscriptionMs): WaitBudget {
  return { remainingMs, paidUntil: 0 };
}

/**
 * For requests that share neither meter nor budget with others.
 * @param throttlingWaitMs default: as `newWaitBudget`
 */
export function newRequestContext(signal: AbortSignal, throttlingWaitMs?: number): RequestContext {
  return { meter: newRequestMeter(), budget: newWaitBudget(throttlingWaitMs), signal };
}

/** How long a request can wait. Requests of one subscription that wait at the same time pay once. */
export function affordableWaitMs({ remainingMs, paidUntil }: WaitBudget, now: number): number {
  return remainingMs + Math.max(0, paidUntil - now);
}

/** Pays for waiting until then. @returns false if the budget is too small; then nothing was paid */
export function payForWaiting(budget: WaitBudget, now: number, until: number): boolean {
  const cost = until - Math.max(now, budget.paidUntil);
  if (cost <= 0) return true;
  if (cost > budget.remainingMs) return false;
  budget.remainingMs -= cost;
  budget.paidUntil = until;
  return true;
}

interface Attached {
  readonly context: RequestContext;
  readonly members: Members;
}

const attached = new WeakMap<PipelineRequest, Attached>();

/**
 * Attaches a context to a request, where every policy finds it.
 * @param members the members of the answer that are read; default: all
 */
export function attachContext(request: PipelineRequest, context: RequestContext, members: Members = 'all'): void {
  attached.set(request, { context, members });
}

export function contextOf(request: PipelineRequest): RequestContext {
  return attachedTo(request).context;
}

export function membersOf(request: PipelineRequest): Members {
  return attachedTo(request).members;
}

function attachedTo(request: PipelineRequest): Attached {
  const found = attached.get(request);
  if (found === undefined) throw new Error('A request without a context was sent through the pipeline');
  return found;
}

/** Attaches a context to each request of an Azure SDK client, which does not know of contexts. */
export function contextPolicy(context: RequestContext): PipelinePolicy {
  return {
    name: 'contextPolicy',
    sendRequest(request, next) {
      attachContext(request, context);
      return next(request);
    },
  };
}

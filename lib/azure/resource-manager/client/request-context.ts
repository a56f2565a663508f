import type { PipelineRequest } from '@azure/core-rest-pipeline';

/** What reading one kind of a subscription took; the client adds to it as it goes. */
export interface RequestMeter {
  /** Attempts sent, repeated ones included. */
  requests: number;
  pages: number;
  /** Attempts sent because the one before failed. */
  retries: number;
  /** Time spent waiting because Azure asked for it; whole milliseconds. */
  throttledMilliseconds: number;
  /** `x-ms-request-id` of the last answer: what Azure support asks for. */
  requestId: string | null;
}

/** Waiting for throttling that a subscription has left; shared by its kinds. */
export interface WaitBudget {
  remainingMs: number;
  /** Waiting until then has been paid; in milliseconds of the client's clock. */
  paidUntil: number;
}

/** What accompanies a request through the pipeline. */
export interface RequestContext {
  readonly meter: RequestMeter;
  readonly budget: WaitBudget;
  readonly signal: AbortSignal;
  /** Larger goes first when more requests wait than may be in flight; default 0. */
  readonly priority?: number;
  /** Called when a request begins to wait because Azure throttles its subscription. */
  readonly onHeld?: () => void;
}

const throttlingWaitPerSubscriptionMs = 5 * 60_000;

export function newRequestMeter(): RequestMeter {
  return { requests: 0, pages: 0, retries: 0, throttledMilliseconds: 0, requestId: null };
}

/** Five minutes by default: a subscription that needs more gives up as `Throttled`, so that the run ends. */
export function newWaitBudget(remainingMs: number = throttlingWaitPerSubscriptionMs): WaitBudget {
  return { remainingMs, paidUntil: 0 };
}

/** For how long a request can wait from now on: time that another of the same subscription waits as well is paid once. */
export function affordableWaitMs({ remainingMs, paidUntil }: WaitBudget, now: number): number {
  return remainingMs + Math.max(0, paidUntil - now);
}

/** Pays for waiting until then. @returns false when not enough is left, and nothing was paid */
export function payForWaiting(budget: WaitBudget, now: number, until: number): boolean {
  const cost = until - Math.max(now, budget.paidUntil);
  if (cost <= 0) return true;
  if (cost > budget.remainingMs) return false;
  budget.remainingMs -= cost;
  budget.paidUntil = until;
  return true;
}

const contexts = new WeakMap<PipelineRequest, RequestContext>();

/** Ties a context to a request, so that every policy finds it whoever made the request. */
export function attachContext(request: PipelineRequest, context: RequestContext): void {
  contexts.set(request, context);
}

export function contextOf(request: PipelineRequest): RequestContext {
  const context = contexts.get(request);
  if (context === undefined) throw new Error('A request without a context was sent through the pipeline');
  return context;
}

import type { PipelineResponse } from '@azure/core-rest-pipeline';
import { parseErrorBody } from './errors/error-body.ts';
import { gapBetweenRequests, slowestRefillMs } from './remaining-requests.ts';
import { isThrottled, throttleWaitMs } from './throttling.ts';

/** When requests of one subscription may leave. Times are the clock's, in milliseconds. */
export interface Pace {
  /** None leaves before: Azure throttled one. */
  heldUntil: number;
  /** What Azure said to it. */
  heldBecause: string | null;
  /** The first time that is not taken yet. */
  nextTurn: number;
  /** Between two requests, while few are left. */
  gapMs: number;
  /** Requests sent that have no answer yet. */
  underWay: number;
  /** See {@link gapBetweenRequests}. */
  readonly largest: Map<string, number>;
}

export interface Paces {
  /** Of the subscription that a request goes to. Requests above subscriptions (their list, role definitions) share one. */
  of(url: string): Pace;
}

/** One for each subscription: that one of them is held or slowed down is nothing to the others. */
export function createPaces(): Paces {
  const paces = new Map<string, Pace>();
  return {
    of(url) {
      const key = /\/subscriptions\/([^/?]+)/i.exec(url)?.[1]?.toLowerCase() ?? '';
      const known = paces.get(key);
      if (known !== undefined) return known;
      const pace = { heldUntil: 0, heldBecause: null, nextTurn: 0, gapMs: 0, underWay: 0, largest: new Map() };
      paces.set(key, pace);
      return pace;
    },
  };
}

/** @returns when the request may leave: now, or later */
export function takeTurn(pace: Pace, now: number): number {
  const turn = Math.max(now, pace.heldUntil, pace.nextTurn);
  pace.nextTurn = turn + pace.gapMs;
  return turn;
}

/**
 * Learns from an answer (to a request that still counts as under way) how much is left. One that throttles holds the subscription
 * at once: nothing leaves meanwhile, not even what waits for its place already. Afterwards requests leave one by one, until an
 * answer says that there is plenty.
 */
export function learn(pace: Pace, answer: PipelineResponse, now: number): void {
  const gapMs = gapBetweenRequests(answer.headers, pace.underWay - 1, pace.largest);
  pace.gapMs = gapMs;
  if (!isThrottled(answer)) return;
  pace.gapMs = Math.max(gapMs, slowestRefillMs);
  pace.heldBecause = parseErrorBody(answer.bodyAsText).message;
  hold(pace, now + throttleWaitMs(answer, 0));
}

/** Nothing leaves before. */
export function hold(pace: Pace, until: number): void {
  pace.heldUntil = Math.max(pace.heldUntil, until);
}

/** The requests go slower than the documented buckets are refilled. */
export function isCrawling(pace: Pace): boolean {
  return pace.gapMs > slowestRefillMs;
}

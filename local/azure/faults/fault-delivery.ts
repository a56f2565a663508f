import { Buffer } from 'node:buffer';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Answer, jsonAnswer, textAnswer } from '../answer.ts';
import { claimsChallenge, expiredToken } from '../resource-manager/authenticate.ts';
import type { FaultAnswer } from './faults.ts';
import { withEmptyPage, withNextLink, withoutRows } from './page-faults.ts';

/** How an answer is sent. */
export type Delivery =
  | { readonly kind: 'whole'; readonly answer: Answer }
  | { readonly kind: 'reset' }
  | { readonly kind: 'resetMidBody'; readonly answer: Answer }
  | { readonly kind: 'never' }
  | { readonly kind: 'drip'; readonly answer: Answer; readonly bytes: number; readonly everyMs: number };

export interface FaultContext {
  readonly tenantId: string;
  /** The requested URL, absolute. */
  readonly url: URL;
  /** Makes Resource Manager refuse the token of this request from now on. */
  revokeToken(): void;
  trueAnswer(): Answer;
}

/** Applies a fault to a request. @param fault null = none */
export async function deliver(fault: FaultAnswer | null, context: FaultContext): Promise<Delivery> {
  if (fault === null) return whole(context.trueAnswer());
  switch (fault.kind) {
    case 'reset':
    case 'never':
      return { kind: fault.kind };
    case 'resetMidBody':
      return { kind: 'resetMidBody', answer: context.trueAnswer() };
    case 'slowDrip':
      return { kind: 'drip', answer: context.trueAnswer(), bytes: fault.bytes, everyMs: fault.everyMs };
    case 'delay':
      await sleep(fault.ms);
      return whole(context.trueAnswer());
    default:
      return whole(faultyAnswer(fault, context));
  }
}

type AnsweredFault = Exclude<FaultAnswer, { kind: 'reset' | 'never' | 'resetMidBody' | 'slowDrip' | 'delay' }>;

function faultyAnswer(fault: AnsweredFault, context: FaultContext): Answer {
  switch (fault.kind) {
    case 'status':
      return statusAnswer(fault.status, fault.headers ?? {}, fault.body);
    case 'expiredToken':
      context.revokeToken();
      return expiredToken(context.tenantId, null);
    case 'claimsChallenge':
      context.revokeToken();
      return claimsChallenge();
    case 'html':
      return textAnswer(
        200,
        'text/html',
        '<!DOCTYPE html><html><body><h1>Our services are not available right now</h1></body></html>',
      );
    case 'truncatedJson': {
      const answer = context.trueAnswer();
      return { ...answer, body: Buffer.from(answer.body.subarray(0, Math.floor(answer.body.length / 2))) };
    }
    case 'valueNull':
      return jsonAnswer(200, { value: null });
    case 'valueMissing':
      return jsonAnswer(200, {});
    case 'emptyPage':
      return withEmptyPage(context.url);
    case 'nextLink':
      return withNextLink(context.trueAnswer(), context.url, fault.to, fault.url);
    case 'shortList':
      return withoutRows(context.trueAnswer(), fault.count ?? 0, fault.ids ?? []);
  }
}

function statusAnswer(status: number, headers: Record<string, string>, body: unknown): Answer {
  return typeof body === 'string' || body === undefined
    ? textAnswer(status, 'text/plain', body ?? '', headers)
    : jsonAnswer(status, body, headers);
}

const whole = (answer: Answer): Delivery => ({ kind: 'whole', answer });

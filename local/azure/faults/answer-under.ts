import { Buffer } from 'node:buffer';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Answer, jsonAnswer, textAnswer } from '../answer.ts';
import { claimsChallenge, expiredToken } from '../resource-manager/authenticate.ts';
import type { FaultAnswer } from './faults.ts';
import { withEmptyPage, withNextLink, withoutRows } from './page-faults.ts';

export interface FaultContext {
  readonly tenantId: string;
  /** The requested URL, absolute. */
  readonly url: URL;
  /** Makes Resource Manager refuse the token of this request from now on. */
  revokeToken(): void;
  trueAnswer(): Answer;
}

/** The answer to a request under a fault (null = none). @returns null when the fault sends no answer */
export async function answerUnder(fault: FaultAnswer | null, context: FaultContext): Promise<Answer | null> {
  switch (fault?.kind) {
    case 'reset':
    case 'never':
      return null;
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
    case 'delay':
      await sleep(fault.ms);
      return context.trueAnswer();
    case 'resetMidBody':
    case 'slowDrip':
    case undefined:
      return context.trueAnswer();
  }
}

function statusAnswer(status: number, headers: Record<string, string>, body: unknown): Answer {
  return typeof body === 'string' || body === undefined
    ? textAnswer(status, 'text/plain', body ?? '', headers)
    : jsonAnswer(status, body, headers);
}

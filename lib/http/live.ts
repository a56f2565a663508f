import type { Coverage } from '../inventory/coverage.ts';
import { RequestError, upstreamError } from './request-error.ts';

/** Refuses a parameter that has no meaning for a live read of Azure. */
export function refuseIfLive(name: string, value: string | number | undefined): void {
  if (value === undefined) return;
  const message = `${name} is '${value}'; it cannot be combined with live=true`;
  throw new RequestError(400, 'InvalidParameter', message, { target: name });
}

/**
 * If Azure refused everything that was requested, its first refusal is the answer.
 * @throws {RequestError} 502 `UpstreamDenied`, 404, 503
 */
export function throwIfRefused(rows: readonly Pick<Coverage, 'status' | 'reason'>[]): void {
  const refused = rows.flatMap(({ status, reason }) =>
    status === 'denied' || status === 'failed' ? [{ status, reason }] : [],
  );
  const [first] = refused;
  if (first === undefined || refused.length < rows.length) return;
  const status = { denied: 403, failed: first.reason?.code === 'Throttled' ? 429 : 500 }[first.status];
  const { code, message, hint } = first.reason ?? {
    code: 'UpstreamFailed',
    message: 'Azure answered with an error',
    hint: null,
  };
  throw upstreamError(code === 'SubscriptionNotFound' ? 404 : status, code, message, { hint });
}

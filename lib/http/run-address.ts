import type { IncomingRequest } from './context.ts';

/** Where a run is read: absolute, without a key. The request is one to `…/runs` or below it. */
export function runAddress(request: IncomingRequest, runId: string): string {
  const url = new URL(request.url);
  return `${url.origin}${url.pathname.replace(/\/runs(?:\/[^/]*)?\/?$/i, '')}/runs/${runId}`;
}

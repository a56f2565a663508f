import type { ServerResponse } from 'node:http';
import { type RecordingProxy, startProxy } from './proxy.ts';

/**
 * What happens to a request instead of an answer of the host.
 * - `broken`: half of an answer, then the connection breaks
 * - `silent`: the request waits until the page gives up
 */
export type Fault =
  | 'broken'
  | 'silent'
  | { readonly status: number; readonly headers?: Readonly<Record<string, string>>; readonly body: string };

/** What the front of App Service says while an app starts. */
export const startingUp: Fault = {
  status: 502,
  headers: { 'content-type': 'text/html' },
  body: '<h1>Bad Gateway</h1>',
};

/** An error as the API writes it. */
export function apiFault(
  status: number,
  error: { readonly code: string; readonly message: string; readonly target?: string; readonly hint?: string },
  headers: Readonly<Record<string, string>> = {},
): Fault {
  const { code, message, target = null, hint } = error;
  const details = hint === undefined ? [] : [{ code: 'Hint', message: hint }];
  return { status, headers, body: JSON.stringify({ error: { code, message, target, details } }) };
}

export interface FaultyProxy extends RecordingProxy {
  /** Requests below `/api/` that did not reach the host: path and query, in order. */
  readonly failed: readonly string[];
  /** From now on. @param faultOf path and query below `/api/`; null = the host answers */
  fail(faultOf: (path: string) => Fault | null): void;
}

/** A host behind a network that fails as a test says. At first it does not. */
export async function startFaultyProxy(target: string): Promise<FaultyProxy> {
  const failed: string[] = [];
  let faultOf: (path: string) => Fault | null = () => null;
  const proxy = await startProxy(target, {
    prepare({ url = '', headers }, response) {
      const path = url.replace(/^\/api\//, '');
      const fault = faultOf(path);
      if (fault === null) return headers;
      failed.push(path);
      answer(response, fault);
      return null;
    },
  });
  return {
    ...proxy,
    failed,
    fail(next) {
      faultOf = next;
    },
  };
}

function answer(response: ServerResponse, fault: Fault): void {
  if (fault === 'silent') return;
  if (fault === 'broken') {
    response.writeHead(200, { 'content-type': 'application/json', 'content-length': 1000 });
    response.write('{"value": [', () => response.destroy());
    return;
  }
  response.writeHead(fault.status, { 'content-type': 'application/json', ...fault.headers }).end(fault.body);
}

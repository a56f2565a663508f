import { RequestError } from './request-error.ts';

/** Longer than any answer may take: the platform's front end cuts a request off at 230 s. */
const requestTimeoutMs = 200_000;
/** Requests that begin within this time share a signal: one for each would keep a timer for each until its end. */
const sharedForMs = 1000;

let shared: { readonly signal: AbortSignal; readonly madeAt: number } | undefined;

/** Ends what a request waits for when nobody can get the answer any more. Its reason is the answer: 504 `RequestTimedOut`. */
export function deadline(): AbortSignal {
  const now = performance.now();
  if (shared === undefined || now - shared.madeAt > sharedForMs) shared = { signal: newDeadline(), madeAt: now };
  return shared.signal;
}

function newDeadline(): AbortSignal {
  const controller = new AbortController();
  const end = (): void =>
    controller.abort(
      new RequestError(504, 'RequestTimedOut', `There was no answer within ${requestTimeoutMs / 1000} seconds`, {
        hint: 'Ask again in a while. GET /api/health says whether storage can be reached',
      }),
    );
  setTimeout(end, requestTimeoutMs).unref();
  return controller.signal;
}

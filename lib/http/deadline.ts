import { RequestError } from './request-error.ts';

/** The platform's front end cuts a request off at 230 s. */
const requestTimeoutMs = 200_000;
/** A live read of Azure that takes longer ends, and answers with what it has read. */
const liveTimeoutMs = 100_000;
/** Requests that begin within this time share a signal, so that not every request keeps a timer until the timeout. */
const sharedForMs = 1000;

let shared: { readonly signal: AbortSignal; readonly madeAt: number } | undefined;

/** Ends what a request waits for before the platform cuts it off. Its reason is the answer: 504 `RequestTimedOut`. */
export function deadline(): AbortSignal {
  const now = performance.now();
  if (shared === undefined || now - shared.madeAt > sharedForMs) shared = { signal: newDeadline(), madeAt: now };
  return shared.signal;
}

export function liveDeadline(): AbortSignal {
  return AbortSignal.timeout(liveTimeoutMs);
}

function newDeadline(): AbortSignal {
  const controller = new AbortController();
  const end = (): void =>
    controller.abort(
      new RequestError(504, 'RequestTimedOut', `The app did not answer within ${requestTimeoutMs / 1000} seconds`, {
        hint: 'Retry later. GET /api/health shows whether storage can be reached',
      }),
    );
  setTimeout(end, requestTimeoutMs).unref();
  return controller.signal;
}

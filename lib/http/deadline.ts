/** Longer than any answer may take: the platform's front end cuts a request off at 230 s. */
const requestTimeoutMs = 200_000;
/** Requests that begin within this time share a signal: one for each would keep a timer for each until its end. */
const sharedForMs = 1000;

let shared: { readonly signal: AbortSignal; readonly madeAt: number } | undefined;

/** Ends what a request waits for when nobody can get the answer any more. */
export function deadline(): AbortSignal {
  const now = performance.now();
  if (shared === undefined || now - shared.madeAt > sharedForMs) {
    shared = { signal: AbortSignal.timeout(requestTimeoutMs), madeAt: now };
  }
  return shared.signal;
}

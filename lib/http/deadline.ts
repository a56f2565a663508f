/** Longer than any answer may take: the platform's front end cuts a request off at 230 s. */
const requestTimeoutMs = 200_000;

/** Ends what a request waits for when nobody can get the answer any more. */
export function deadline(): AbortSignal {
  return AbortSignal.timeout(requestTimeoutMs);
}

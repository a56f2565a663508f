const parentCheckMs = 500;

/**
 * Aborts on Ctrl-C, SIGTERM, when the terminal goes away, and when npm, which started this process, is gone without a word
 * (a signal to npm alone reaches nobody else). A second Ctrl-C changes nothing: ending in order takes seconds at most.
 */
export function stopSignal(): AbortSignal {
  const controller = new AbortController();
  const stop = (): void => controller.abort();
  for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(name, stop);
  // A closed terminal or pipe: there is nobody left to tell.
  for (const stream of [process.stdout, process.stderr]) stream.on('error', stop);
  if (process.env.npm_lifecycle_event !== undefined) {
    const parent = process.ppid;
    setInterval(() => process.ppid !== parent && stop(), parentCheckMs).unref();
  }
  return controller.signal;
}

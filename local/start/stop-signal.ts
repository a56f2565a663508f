const parentCheckMs = 500;

/**
 * Aborts on Ctrl-C, on SIGTERM, when the terminal closes, and when npm, which started this process, has died: a signal
 * to npm alone does not reach this process. A second Ctrl-C changes nothing: stopping takes a few seconds at most.
 */
export function stopSignal(): AbortSignal {
  const controller = new AbortController();
  const stop = (): void => controller.abort();
  for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(name, stop);
  // Output fails once the terminal or pipe is closed.
  for (const stream of [process.stdout, process.stderr]) stream.on('error', stop);
  if (process.env.npm_lifecycle_event !== undefined) {
    const parent = process.ppid;
    setInterval(() => process.ppid !== parent && stop(), parentCheckMs).unref();
  }
  return controller.signal;
}

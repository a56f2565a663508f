import { exitCodes } from './exit-code.ts';
import { runCommandLine } from './run-command-line.ts';

/** After Ctrl-C, a command has this long to stop cleanly. A database is unchanged either way. */
const graceMs = 5_000;

/** Stops the command on a signal. A second signal, or the end of the grace period, ends the process at once. */
function abortOnSignals(): AbortController {
  const controller = new AbortController();
  const stop = (): void => {
    if (controller.signal.aborted) process.exit(exitCodes.failed);
    controller.abort();
    setTimeout(() => process.exit(exitCodes.failed), graceMs).unref();
  };
  process.on('SIGINT', stop);
  process.on('SIGTERM', stop);
  return controller;
}

// Without this, open connections would keep the process alive after everything is written.
void runCommandLine(process.argv.slice(2), {
  environment: process.env,
  stdin: () => process.stdin,
  stdout: process.stdout,
  stderr: process.stderr,
  signal: abortOnSignals().signal,
}).then((code) => process.exit(code));

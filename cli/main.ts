import { type Command, CommanderError } from 'commander';
import packageJson from '../package.json' with { type: 'json' };
import { type ExitCode, exitCodes } from './exit-code.ts';
import { messagesTo } from './messages.ts';
import { printable } from './output/terminal-text.ts';
import { writeChunks } from './output/write-chunks.ts';
import { createProgram } from './program.ts';
import { runAction } from './run-action.ts';

/** After Ctrl-C, a command has this long to stop cleanly. A database is unchanged either way. */
const graceMs = 5_000;

async function main(): Promise<ExitCode> {
  const { env: environment, stdout, stderr } = process;
  // The reader of the messages may be gone (`2>&1 | head`). The command continues without messages.
  stderr.on('error', () => undefined);
  const { signal } = abortOnSignals();
  let code: ExitCode = exitCodes.complete;
  const program = createProgram(packageJson.version, async (command, action) => {
    code = await runAction(command, action, { environment, stdout, stderr, signal });
  });
  const help: string[] = [];
  program.configureOutput({
    writeOut: (text) => help.push(text),
    outputError: (text) => stderr.write(usageText(text, program)),
  });
  for (const command of program.commands) {
    command.copyInheritedSettings(program);
    command.configureOutput({ outputError: (text) => stderr.write(usageText(text, command)) });
  }
  try {
    await program.parseAsync().catch((error: unknown) => {
      code = usageCode(error);
    });
    await writeChunks(stdout, help, signal);
    return code;
  } catch (error) {
    messagesTo(stderr, false).error(error);
    return exitCodes.failed;
  }
}

/** commander throws instead of ending the process, after it has shown help, the version or a usage error. */
function usageCode(error: unknown): ExitCode {
  if (!(error instanceof CommanderError)) throw error;
  return error.exitCode === 0 ? exitCodes.complete : exitCodes.usage;
}

/** A message of commander in our form. It has `error: unknown option '--nmae'`, then `(Did you mean --name?)`. */
function usageText(text: string, command: Command): string {
  const [what = '', suggestion] = text
    .replace(/^error: /, '')
    .trim()
    .split('\n');
  const hint =
    suggestion?.replace(/^\((.*)\)$/, '$1') ??
    `See: ${[command.parent?.name() ?? [], command.name()].flat().join(' ')} --help`;
  return `error InvalidUsage: ${printable(what)}\nhint: ${printable(hint)}\n`;
}

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
void main().then((code) => process.exit(code));

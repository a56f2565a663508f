import { type Command, CommanderError } from 'commander';
import packageJson from '../package.json' with { type: 'json' };
import { type ExitCode, exitCodes } from './exit-code.ts';
import { messagesTo } from './messages.ts';
import { writeChunks } from './output/write-chunks.ts';
import { createProgram } from './program.ts';
import { runAction } from './run-action.ts';

/** After Ctrl-C, what is under way has this long to end in order; a database is as it was either way. */
const graceMs = 5_000;

async function main(): Promise<ExitCode> {
  const { env: environment, stdout, stderr } = process;
  // Who read the messages may be gone (`2>&1 | head`), and there is nobody left to tell: what is under way goes on to its end.
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

/** commander throws where it would end the process: it has shown help or the version, or said what it did not understand. */
function usageCode(error: unknown): ExitCode {
  if (!(error instanceof CommanderError)) throw error;
  return error.exitCode === 0 ? exitCodes.complete : exitCodes.usage;
}

/** commander's words in our form: `error: unknown option '--nmae'`, then `(Did you mean --name?)`. */
function usageText(text: string, command: Command): string {
  const [what = '', suggestion] = text
    .replace(/^error: /, '')
    .trim()
    .split('\n');
  const hint =
    suggestion?.replace(/^\((.*)\)$/, '$1') ??
    `See: ${[command.parent?.name() ?? [], command.name()].flat().join(' ')} --help`;
  return `error InvalidUsage: ${what}\nhint: ${hint}\n`;
}

/** A second signal, or one that isn't heeded in time, ends the process at once. */
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

// Connections kept alive would hold the process for a while after everything is written.
void main().then((code) => process.exit(code));

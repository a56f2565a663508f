import { type Command, CommanderError } from 'commander';
import packageJson from '../package.json' with { type: 'json' };
import { type ExitCode, exitCodes } from './exit-code.ts';
import { messagesTo } from './messages.ts';
import { printable } from './output/terminal-text.ts';
import { writeChunks } from './output/write-chunks.ts';
import { createProgram } from './program.ts';
import { runAction, type Surroundings } from './run-action.ts';

/**
 * Runs what the user typed after `vm-identities`.
 * @returns the exit code, after everything is written; it does not end the process
 */
export async function runCommandLine(args: readonly string[], around: Surroundings): Promise<ExitCode> {
  const { stdout, stderr, signal } = around;
  // The reader of the messages may be gone (`2>&1 | head`). The command continues without messages.
  stderr.on('error', () => undefined);
  let code: ExitCode = exitCodes.complete;
  const program = createProgram(packageJson.version, async (command, action) => {
    code = await runAction(command, action, around);
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
    await program.parseAsync(args, { from: 'user' }).catch((error: unknown) => {
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

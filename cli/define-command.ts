import type { Command } from 'commander';
import type { Action } from './command.ts';

/** Makes commander's action of ours: what was given goes in, an action comes out and is run. */
export type Run = (command: Command, action: Action) => Promise<void>;

/** Adds options, help and the action of one command. Called only for the command that was asked for. */
export type DefineCommand = (command: Command, run: Run) => void;

/** Examples at the end of a command's help, as they are typed. */
export function examples(command: Command, lines: readonly (readonly [string, string])[]): void {
  const text = lines.map(([line, what]) => `  # ${what}\n  vm-identities ${line}`).join('\n');
  command.addHelpText('after', `\nExamples:\n${text}`);
}

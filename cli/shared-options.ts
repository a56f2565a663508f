import { type Command, Option } from 'commander';
import { type OutputForm, outputForms } from './output/render.ts';

/** Options that every command has, before its name or behind it. */
export interface GlobalOptions {
  /** A file, or the address of a container. */
  readonly database: string;
  /** null = as suits where the result goes. */
  readonly output: OutputForm | null;
  readonly query: string | null;
  readonly verbose: boolean;
  readonly allowIncomplete: boolean;
}

export function addGlobalOptions(program: Command): void {
  program
    .option(
      '--database <file|url>',
      'inventory: a file, or the URL of the container that the app publishes to',
      'inventory.sqlite',
    )
    .addOption(
      new Option('-o, --output <form>', 'form of the result (default: table on a terminal, json elsewhere)').choices(
        outputForms,
      ),
    )
    .option('--query <jmespath>', 'JMESPath, applied to the whole result')
    .option('--allow-incomplete', 'exit with 0, not 3, when the answer is not complete')
    .option('--verbose', 'say more on stderr');
}

/** @param command the program or one of its commands, parsed */
export function globalOptionsOf(command: Command): GlobalOptions {
  const given = command.optsWithGlobals<Partial<GlobalOptions>>();
  return {
    database: given.database ?? 'inventory.sqlite',
    output: given.output ?? null,
    query: given.query ?? null,
    verbose: given.verbose === true,
    allowIncomplete: given.allowIncomplete === true,
  };
}

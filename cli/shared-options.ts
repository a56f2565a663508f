import { type Command, InvalidArgumentError, Option } from 'commander';
import type { machineFilterEntries } from '../lib/parameters/filters.ts';
import { type OutputForm, outputForms } from './output/render.ts';

/** Options of every command. They may come before or after the command's name. */
export interface GlobalOptions {
  /** A file, or the URL of a container. */
  readonly database: string;
  /** null = table on a terminal, JSON elsewhere. */
  readonly output: OutputForm | null;
  readonly query: string | null;
  readonly verbose: boolean;
  readonly allowIncomplete: boolean;
}

export function addGlobalOptions(program: Command): void {
  program
    .option(
      '--database <file|url>',
      'the inventory: a file, or the URL of the container that the app publishes to',
      'inventory.sqlite',
    )
    .addOption(
      new Option('-o, --output <format>', 'output format (default: table on a terminal, otherwise json)').choices(
        outputForms,
      ),
    )
    .option('--query <jmespath>', 'JMESPath expression to apply to the whole result')
    .option('--allow-incomplete', 'exit with 0 instead of 3 when the answer is not complete')
    .option('--verbose', 'write more details to stderr');
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

/** An option for each filter of the machines, in the order of the help. */
const filterOptions: Readonly<Record<keyof typeof machineFilterEntries, readonly [flags: string, help: string]>> = {
  subscriptionId: ['--subscription-id <id>', 'in this subscription'],
  resourceGroup: ['--resource-group <name>', 'in this resource group'],
  name: ['--name <name>', 'machines with this name'],
  location: ['--location <name>', 'in this region, for example westeurope'],
  identityType: [
    '--identity-type <type>',
    'none, systemAssigned, userAssigned (each includes machines that have both), both, any (has at least one)',
  ],
  principalId: ['--principal-id <id>', 'with this principal id'],
  clientId: ['--client-id <id>', 'with this client id'],
  tag: ['--tag <name[=value]>', 'with this tag; can be repeated'],
  powerState: ['--power-state <state>', 'running, deallocated, …'],
  osType: ['--os-type <type>', 'Linux or Windows'],
  vmSize: ['--vm-size <size>', 'of this size, for example Standard_D4s_v5'],
  contains: ['--contains <text>', 'with this text in the name, the resource group or the id'],
  stale: ['--stale <value>', 'true: only those that the newest run could not read; false: only the others'],
  deleted: ['--deleted <value>', 'false (default), true or any'],
  type: ['--type <type>', 'virtualMachines (default), scaleSets, arc, any'],
};

/**
 * Adds the filters of the lists. They have the names of the HTTP parameters.
 * @param contains help for `--contains`, where it looks elsewhere
 */
export function addFilterOptions(command: Command, contains: string = filterOptions.contains[1]): void {
  command.optionsGroup('Filters:');
  const all = { ...filterOptions, contains: [filterOptions.contains[0], contains] as const };
  for (const [flags, help] of Object.values(all)) {
    const option = new Option(flags, help);
    command.addOption(option.attributeName() === 'tag' ? option.argParser(appendTag) : option);
  }
}

/** Adds the options for a run or time, and for fields. */
export function addShapeOptions(command: Command): void {
  command
    .optionsGroup('Shape:')
    .option('--as-of <run|time>', 'the state after this run, or at this time')
    .option('--select <fields>', 'only these fields, comma-separated, for example name,principalIds');
}

function appendTag(value: string, before: readonly string[] | undefined): readonly string[] {
  if (value === '') throw new InvalidArgumentError('It must be NAME or NAME=VALUE.');
  return [...(before ?? []), value];
}

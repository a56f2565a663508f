import { type Command, InvalidArgumentError } from 'commander';

/** The filters of the lists, named as in HTTP. */
export function addFilterOptions(command: Command): void {
  command
    .optionsGroup('Filters:')
    .option('--subscription-id <id>', 'of this subscription')
    .option('--resource-group <name>', 'of this resource group')
    .option('--name <name>', 'machines of this name')
    .option('--location <name>', 'in this region, such as westeurope')
    .option(
      '--identity-type <type>',
      'none, systemAssigned, userAssigned (both include machines with both), any (has one)',
    )
    .option('--principal-id <id>', 'with this principal id')
    .option('--client-id <id>', 'with this client id')
    .option('--tag <name[=value]>', 'with this tag; may be repeated', gather)
    .option('--power-state <state>', 'running, deallocated, …')
    .option('--os-type <type>', 'Linux or Windows')
    .option('--stale <value>', 'true: only those that the newest run could not see; false: only the others')
    .option('--deleted <value>', 'false (the default), true or any')
    .option('--type <type>', 'virtualMachines (the default), scaleSets, arc, any');
}

/** As of which run or time, and which fields. */
export function addShapeOptions(command: Command): void {
  command
    .optionsGroup('Shape:')
    .option('--as-of <run|time>', 'as it was after this run, or at this time')
    .option('--select <fields>', 'only these fields, comma-separated');
}

function gather(value: string, before: readonly string[] | undefined): readonly string[] {
  if (value === '') throw new InvalidArgumentError('It is NAME or NAME=VALUE.');
  return [...(before ?? []), value];
}

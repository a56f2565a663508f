import { Command } from 'commander';
import type { DefineCommand, Run } from './command.ts';
import { addGlobalOptions } from './shared-options.ts';

/** A summary for the help, and the module of the command, which is loaded only when the user runs the command. */
type CommandEntry = readonly [summary: string, load: () => Promise<{ readonly define: DefineCommand }>];

const commands: Readonly<Record<string, CommandEntry>> = {
  collect: [
    'read Azure into a local database; an existing database keeps its history',
    () => import('./commands/collect.ts'),
  ],
  runs: ['list the runs in the database', () => import('./commands/runs.ts')],
  list: ['list virtual machines and the principal ids of their managed identities', () => import('./commands/list.ts')],
  show: ['show one virtual machine, by id or name', () => import('./commands/show.ts')],
  principals: [
    'list or look up managed identities and the machines that they are on',
    () => import('./commands/principals.ts'),
  ],
  search: [
    'find whose id this is, or machines, identities and subscriptions by a part of their name',
    () => import('./commands/search.ts'),
  ],
  subscriptions: [
    'show how completely each subscription was read (the coverage ledger)',
    () => import('./commands/subscriptions.ts'),
  ],
  changes: ['list the changes between two runs', () => import('./commands/changes.ts')],
  findings: [
    'list risks: privileged, shared, dangling and orphaned identities',
    () => import('./commands/findings.ts'),
  ],
  report: [
    'write machines, principals, changes or findings as CSV, XLSX, NDJSON, HTML or Markdown',
    () => import('./commands/report.ts'),
  ],
  forget: ['remove a lost subscription from the inventory; its history stays', () => import('./commands/forget.ts')],
  whoami: ['show the current identity, its roles and its missing rights', () => import('./commands/whoami.ts')],
  token: [
    'print an access token for scripts, in the format of az account get-access-token',
    () => import('./commands/token.ts'),
  ],
};

const help = `
Examples:
  # read every subscription that the identity sees, then list the machines
  vm-identities collect
  vm-identities list

  # the identity behind a principal id from a sign-in log, and its machines
  vm-identities principals 6f0f1a2b-0000-4c3d-8e5f-1234567890ab

  # the principal id of one machine, for a script
  vm-identities show web-01 --query identity.principalId -o tsv

Exit codes:
  0 complete   1 failed   2 usage or settings   3 done, but not complete   4 no token   5 not found`;

/** The program, ready to parse. It throws commander's error instead of ending the process. */
export function createProgram(version: string, run: Run): Command {
  const program = new Command('vm-identities')
    .description('List the managed identities of Azure virtual machines in every subscription, now and in the past')
    .version(version, '--version', 'print the version')
    .helpOption('-h, --help', 'show help, with examples')
    .helpCommand(false)
    .exitOverride()
    .configureHelp({ showGlobalOptions: true })
    .addHelpText('after', help);
  addGlobalOptions(program);
  for (const [name, [summary]] of Object.entries(commands)) {
    program
      .command(name)
      .summary(summary)
      .description(sentence(summary))
      .helpOption('-h, --help', 'show help, with examples');
  }
  // The help command of commander would show a command before its options are loaded.
  program
    .command('help [command]')
    .summary('show help for a command')
    .action(async (name = '--help') => {
      await program.parseAsync(Object.hasOwn(commands, name) ? [name, '--help'] : [name], { from: 'user' });
    });
  return program.hook('preSubcommand', async (_program, command) => {
    const [, load] = commands[command.name()] ?? [];
    (await load?.())?.define(command, run);
  });
}

function sentence(summary: string): string {
  return `${summary.slice(0, 1).toUpperCase()}${summary.slice(1)}.`;
}

import { Command } from 'commander';
import type { DefineCommand, Run } from './command.ts';
import { addGlobalOptions } from './shared-options.ts';

interface CommandEntry {
  readonly name: string;
  readonly summary: string;
  /** Loads the command and its modules. Called only for the command that the user runs. */
  readonly load: () => Promise<DefineCommand>;
}

const commands: readonly CommandEntry[] = [
  {
    name: 'collect',
    summary: 'read Azure into a local database; an existing database keeps its history',
    load: async () => (await import('./commands/collect.ts')).defineCollect,
  },
  {
    name: 'runs',
    summary: 'list the runs in the database',
    load: async () => (await import('./commands/runs.ts')).defineRuns,
  },
  {
    name: 'list',
    summary: 'list virtual machines and the principal ids of their managed identities',
    load: async () => (await import('./commands/list.ts')).defineList,
  },
  {
    name: 'show',
    summary: 'show one virtual machine, by id or name',
    load: async () => (await import('./commands/show.ts')).defineShow,
  },
  {
    name: 'principals',
    summary: 'list or look up managed identities and the machines that they are on',
    load: async () => (await import('./commands/principals.ts')).definePrincipals,
  },
  {
    name: 'subscriptions',
    summary: 'show how completely each subscription was read (the coverage ledger)',
    load: async () => (await import('./commands/subscriptions.ts')).defineSubscriptions,
  },
  {
    name: 'changes',
    summary: 'list the changes between two runs',
    load: async () => (await import('./commands/changes.ts')).defineChanges,
  },
  {
    name: 'findings',
    summary: 'list risks: privileged, shared, dangling and orphaned identities',
    load: async () => (await import('./commands/findings.ts')).defineFindings,
  },
  {
    name: 'report',
    summary: 'write machines, principals, changes or findings as CSV, XLSX, NDJSON, HTML or Markdown',
    load: async () => (await import('./commands/report.ts')).defineReport,
  },
  {
    name: 'forget',
    summary: 'remove a lost subscription from the inventory; its history stays',
    load: async () => (await import('./commands/forget.ts')).defineForget,
  },
  {
    name: 'whoami',
    summary: 'show the current identity, its roles and its missing rights',
    load: async () => (await import('./commands/whoami.ts')).defineWhoami,
  },
  {
    name: 'token',
    summary: 'print an access token for scripts, in the form of az account get-access-token',
    load: async () => (await import('./commands/token.ts')).defineToken,
  },
];

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
    .helpCommand('help [command]', 'show help for a command')
    .exitOverride()
    .configureHelp({ showGlobalOptions: true })
    .addHelpText('after', help);
  addGlobalOptions(program);
  const byName = new Map(commands.map((entry) => [entry.name, entry]));
  for (const { name, summary } of commands) {
    program
      .command(name)
      .summary(summary)
      .description(sentence(summary))
      .helpOption('-h, --help', 'show help, with examples');
  }
  return program.hook('preSubcommand', async (_program, command) => {
    const define = await byName.get(command.name())?.load();
    define?.(command, run);
  });
}

function sentence(summary: string): string {
  return `${summary.slice(0, 1).toUpperCase()}${summary.slice(1)}.`;
}

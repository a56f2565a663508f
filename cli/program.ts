import { Command } from 'commander';
import type { DefineCommand, Run } from './define-command.ts';
import { addGlobalOptions } from './shared-options.ts';

interface CommandEntry {
  readonly name: string;
  readonly summary: string;
  /** Loads the command and all that it needs: only for the one that was asked for. */
  readonly load: () => Promise<DefineCommand>;
}

const commands: readonly CommandEntry[] = [
  {
    name: 'collect',
    summary: 'run the inventory into a local database (new, or merged into the one that is there)',
    load: async () => (await import('./commands/collect.ts')).defineCollect,
  },
  {
    name: 'runs',
    summary: 'the runs in the database',
    load: async () => (await import('./commands/runs.ts')).defineRuns,
  },
  {
    name: 'list',
    summary: 'virtual machines and the principal ids of their managed identities',
    load: async () => (await import('./commands/list.ts')).defineList,
  },
  {
    name: 'show',
    summary: 'one virtual machine, by id or name',
    load: async () => (await import('./commands/show.ts')).defineShow,
  },
  {
    name: 'principals',
    summary: 'managed identities, all or some, and the machines they are on',
    load: async () => (await import('./commands/principals.ts')).definePrincipals,
  },
  {
    name: 'subscriptions',
    summary: 'the coverage ledger: how completely each subscription was read',
    load: async () => (await import('./commands/subscriptions.ts')).defineSubscriptions,
  },
  {
    name: 'changes',
    summary: 'what changed between two runs',
    load: async () => (await import('./commands/changes.ts')).defineChanges,
  },
  {
    name: 'findings',
    summary: 'what deserves a look',
    load: async () => (await import('./commands/findings.ts')).defineFindings,
  },
  {
    name: 'report',
    summary: 'machines, principals, changes or findings as a file: CSV, XLSX, NDJSON, HTML or Markdown',
    load: async () => (await import('./commands/report.ts')).defineReport,
  },
  {
    name: 'forget',
    summary: 'close a lost subscription for good',
    load: async () => (await import('./commands/forget.ts')).defineForget,
  },
  {
    name: 'whoami',
    summary: 'which identity this is, and what it may do',
    load: async () => (await import('./commands/whoami.ts')).defineWhoami,
  },
  {
    name: 'token',
    summary: 'a token for scripts, as az account get-access-token prints it',
    load: async () => (await import('./commands/token.ts')).defineToken,
  },
];

const help = `
Examples:
  # read every subscription that the identity sees, then list what was found
  vm-identities collect
  vm-identities list

  # whose is the principal id in this sign-in log
  vm-identities principals 6f0f1a2b-0000-4c3d-8e5f-1234567890ab

  # the principal id of one machine, for a script
  vm-identities show web-01 --query identity.principalId -o tsv

Exit codes:
  0 complete   1 failed   2 usage or settings   3 done, but not complete   4 no token   5 not found`;

/** The command line, ready to be parsed. It throws commander's own error where commander would end the process. */
export function createProgram(version: string, run: Run): Command {
  const program = new Command('vm-identities')
    .description('Which managed identities do my Azure virtual machines have, in every subscription, now and before')
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

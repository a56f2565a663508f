import { Command, InvalidArgumentError, Option } from 'commander';

/** Options of `npm start -- …`. */
export interface StartOptions {
  /** Of the Functions host; 0: a free one. */
  readonly port: number;
  /** End after the first run. */
  readonly once: boolean;
  /** The caller's own Azure instead of the sample tenant. */
  readonly azure: boolean;
  /** Size of the sample tenant: subscriptions that can be read (others, that cannot, come on top) and machines in each. */
  readonly subscriptions: number;
  readonly vms: number;
  readonly seed: number;
  /** Ask for keys, as Azure does. */
  readonly keys: boolean;
  /** Keep what the last start left in Azurite, and what this one leaves. */
  readonly keep: boolean;
  /** Core Tools instead of the built-in host. */
  readonly func: boolean;
}

/**
 * Reads the command line; writes help, or the one line that says what is wrong, and throws.
 * @throws {CommanderError} `exitCode` 0 after help, else a usage error
 */
export function parseStartOptions(args: readonly string[]): StartOptions {
  const size = (flags: string, description: string, least: number, fallback: number): Option =>
    new Option(flags, description).argParser(wholeNumber(least, 1_000_000)).default(fallback).conflicts('azure');
  const program = new Command('npm start --')
    .description('Everything on one machine: a stand-in for Azure, Azurite, the Functions host, and one run at once.')
    .option('--port <n>', 'port of the Functions host; 0: a free one', wholeNumber(0, 65_535), 7071)
    .option('--once', 'one run, its summary, exit')
    .option('--azure', 'your own Azure sign-in instead of the sample tenant')
    .addOption(size('--subscriptions <n>', 'subscriptions of the sample tenant', 0, 12))
    .addOption(size('--vms <n>', 'virtual machines in each of them', 0, 40))
    .addOption(size('--seed <n>', 'another seed, another tenant', 0, 1))
    .addOption(new Option('--keys', 'ask for keys, as Azure does (built-in host)').conflicts('func'))
    .option('--keep', 'start with what the last start with --keep left in Azurite')
    .option('--func', "Azure Functions Core Tools ('func') as the host")
    .option('--no-func', 'the built-in host (default)')
    .addHelpText('after', '\nExamples:\n  npm start -- --port 0 --once\n  npm start -- --subscriptions 200 --vms 100\n')
    .allowExcessArguments(false)
    .exitOverride()
    .configureOutput({ outputError: (text, write) => write(oneError(text)) });
  program.parse(args, { from: 'user' });
  const flags = { once: false, azure: false, keys: false, keep: false, func: false };
  return { ...flags, ...program.opts<Omit<StartOptions, keyof typeof flags> & Partial<typeof flags>>() };
}

/** commander's words in the form of all our errors. */
function oneError(text: string): string {
  const [what = '', suggestion] = text
    .replace(/^error: /, '')
    .trim()
    .split('\n');
  return `error InvalidUsage: ${what}\nhint: ${suggestion?.replace(/^\((.*)\)$/, '$1') ?? 'See: npm start -- --help'}\n`;
}

function wholeNumber(least: number, most: number): (text: string) => number {
  return (text) => {
    const number = Number(text);
    if (/^\d+$/.test(text) && number >= least && number <= most) return number;
    throw new InvalidArgumentError(`Allowed: a whole number from ${least} to ${most}.`);
  };
}

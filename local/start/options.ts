import { Command, InvalidArgumentError, Option } from 'commander';

/** Options of `npm start -- …`. */
export interface StartOptions {
  /** Port of the Functions host; 0 = any free port. */
  readonly port: number;
  /** Exit after the first run. */
  readonly once: boolean;
  /** Read the caller's own Azure instead of the sample tenant. */
  readonly azure: boolean;
  /** Readable subscriptions in the sample tenant; special cases come on top. */
  readonly subscriptions: number;
  /** Virtual machines in each subscription. */
  readonly vms: number;
  readonly seed: number;
  /** Require function keys, as Azure does. */
  readonly keys: boolean;
  /** Keep Azurite's data for the next start. */
  readonly keep: boolean;
  /** Open the page in the browser. */
  readonly open: boolean;
  /** Core Tools instead of the built-in host. */
  readonly func: boolean;
}

/**
 * Reads the command line. Prints the help, or one error line, and throws.
 * @throws {CommanderError} `exitCode` 0 after the help, else a usage error
 */
export function parseStartOptions(args: readonly string[]): StartOptions {
  const size = (flags: string, description: string, fallback: number): Option =>
    new Option(flags, `${description} (not with --azure)`)
      .argParser(wholeNumber(1_000_000))
      .default(fallback)
      .conflicts('azure');
  const program = new Command('npm start --')
    .description('Starts the app on this machine with a stand-in for Azure and Azurite, and runs the inventory once.')
    .option('--port <n>', 'port of the Functions host; 0 picks a free port', wholeNumber(65_535), 7071)
    .option('--once', 'exit after the first run')
    .option('--azure', 'read your own Azure instead of the sample tenant')
    .addOption(size('--subscriptions <n>', 'readable subscriptions in the sample tenant', 12))
    .addOption(size('--vms <n>', 'virtual machines in each subscription', 40))
    .addOption(size('--seed <n>', 'seed of the sample tenant', 1))
    .addOption(new Option('--keys', 'require function keys, as Azure does (built-in host)').conflicts('func'))
    .addOption(new Option('--open', 'open the page in the browser').conflicts('once'))
    .option('--keep', "keep Azurite's data in .azurite between starts")
    .option('--func', "use Azure Functions Core Tools ('func') as the host")
    .option('--no-func', 'use the built-in host (default)')
    .helpOption('-h, --help', 'show this help')
    .addHelpText('after', '\nExamples:\n  npm start -- --port 0 --once\n  npm start -- --subscriptions 200 --vms 100\n')
    .allowExcessArguments(false)
    .exitOverride()
    .configureOutput({ outputError: (text, write) => write(errorLines(text)) });
  program.parse(args, { from: 'user' });
  const flags = { once: false, azure: false, keys: false, keep: false, open: false, func: false };
  return { ...flags, ...program.opts<Omit<StartOptions, keyof typeof flags> & Partial<typeof flags>>() };
}

/** An error of commander in the form of all other errors. */
function errorLines(text: string): string {
  const [message = '', suggestion] = text
    .replace(/^error: /, '')
    .trim()
    .split('\n');
  return `error InvalidUsage: ${message}\nhint: ${suggestion?.replace(/^\((.*)\)$/, '$1') ?? 'See: npm start -- --help'}\n`;
}

function wholeNumber(most: number): (text: string) => number {
  return (text) => {
    const number = Number(text);
    if (/^\d+$/.test(text) && number <= most) return number;
    throw new InvalidArgumentError(`Allowed: a whole number from 0 to ${most}.`);
  };
}

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';

const root = join(import.meta.dirname, '../..');
/** The command line as a clone runs it. It takes twice the CPU time of the bundle to start. */
export const sourceCli = join(root, 'cli/main.ts');

/** The command line as it is shipped. */
export const bundledCli = join(root, 'dist/cli.cjs');

export interface CliResult {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface CliOptions {
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
  readonly stdin?: string;
  readonly entry?: string;
}

/** Starts the command line as its users do. Of this process's environment it gets only paths. */
export function startCli(args: readonly string[], { env, cwd, entry = bundledCli }: CliOptions = {}) {
  const { PATH, TMPDIR, NODE_COMPILE_CACHE } = process.env;
  return spawn(process.execPath, [entry, ...args], {
    env: { PATH, TMPDIR, NODE_COMPILE_CACHE, HOME: '/nonexistent', ...env },
    ...(cwd === undefined ? {} : { cwd }),
  });
}

export async function runCli(args: readonly string[], options: CliOptions = {}): Promise<CliResult> {
  const child = startCli(args, options);
  child.stdin.end(options.stdin ?? '');
  const [stdout, stderr] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'close')]);
  return { code: child.exitCode, stdout, stderr };
}

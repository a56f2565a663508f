import { Readable, Writable } from 'node:stream';
import { runCommandLine } from '../../cli/run-command-line.ts';
import type { CliOptions, CliResult } from './run-cli.ts';

let last: Promise<unknown> = Promise.resolve();

/**
 * Runs the command line in this process, without the start of a process. Calls run one after another, because a process
 * has one working directory. For commands without a token: the managed identity's library keeps what it has once read.
 * `bundle.test.ts` compares it with what is shipped.
 */
export function callCli(args: readonly string[], options: Omit<CliOptions, 'entry'> = {}): Promise<CliResult> {
  const result = last.then(() => call(args, options));
  last = result.catch(() => undefined);
  return result;
}

async function call(args: readonly string[], { env, cwd, stdin = '' }: Omit<CliOptions, 'entry'>): Promise<CliResult> {
  const { PATH, TMPDIR } = process.env;
  const [stdout, stderr] = [collector(), collector()];
  const before = process.cwd();
  if (cwd !== undefined) process.chdir(cwd);
  try {
    const code = await runCommandLine(args, {
      environment: { PATH, TMPDIR, HOME: '/nonexistent', ...env },
      stdin: () => Readable.from([stdin]),
      stdout: stdout.stream,
      stderr: stderr.stream,
      signal: new AbortController().signal,
    });
    return { code, stdout: stdout.text(), stderr: stderr.text() };
  } finally {
    process.chdir(before);
  }
}

function collector() {
  const chunks: Buffer[] = [];
  const stream = new Writable({
    write(chunk: Buffer, _encoding, done) {
      chunks.push(chunk);
      done();
    },
  });
  return { stream, text: () => Buffer.concat(chunks).toString() };
}

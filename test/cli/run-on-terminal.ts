import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { bundledCli } from './run-cli.ts';

/**
 * Runs the command line on a pseudo-terminal of 200 columns, whose line ends are CR LF.
 * @returns what the terminal gets: standard output and the messages
 * @see https://man7.org/linux/man-pages/man1/script.1.html
 */
export async function runOnTerminal(args: readonly string[], redirected = ''): Promise<string> {
  const command = [process.execPath, bundledCli, ...args].map(quoted).join(' ');
  const { PATH = '', TMPDIR, NODE_COMPILE_CACHE } = process.env;
  const child = spawn('script', ['-q', '-e', '-f', '-c', `stty cols 200; ${command} ${redirected}`, '/dev/null'], {
    env: { PATH, TMPDIR, NODE_COMPILE_CACHE, HOME: '/nonexistent', SHELL: '/bin/sh', TERM: 'xterm' },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [output] = await Promise.all([text(child.stdout), once(child, 'close')]);
  return output;
}

function quoted(argument: string): string {
  return `'${argument.replaceAll("'", String.raw`'\''`)}'`;
}

import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { InventoryError } from '../../lib/errors.ts';

/** A process to start. */
export interface ProcessOptions<Ready> {
  /** As messages call it. */
  readonly name: string;
  readonly command: string;
  readonly args: readonly string[];
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Looks at each line of stdout until it has what it waited for. */
  readonly ready: (line: string) => Ready | undefined;
  /** Every line of stderr, and those of stdout that come later. */
  readonly onLine: (line: string, stream: 'stdout' | 'stderr') => void;
}

/** The processes of one start. They end with this one: each is told to, and each ends by itself when its stdin closes. */
export interface Processes {
  /** @throws {InventoryError} `StartFailed` it ended before it was ready; `message` has its last words */
  start<Ready>(options: ProcessOptions<Ready>): Promise<Ready>;
  /** Settles with the name of a process that ended though nobody asked it to. */
  readonly lost: Promise<string>;
  /** Ends all by process id, the last started first; what takes longer than `graceMs` is killed. */
  stop(): Promise<void>;
}

/** Longer than the host waits for invocations under way. */
const graceMs = 8_000;
const lastLines = 5;

export function createProcesses(): Processes {
  const children: ChildProcess[] = [];
  const lost = Promise.withResolvers<string>();
  let stopping = false;
  return {
    lost: lost.promise,
    async start({ name, command, args, environment, ready, onLine }) {
      if (stopping) throw startFailed(name, 'everything is ending');
      // A group of its own: Ctrl-C in the terminal reaches this process only, which then ends them in order.
      const child = spawn(command, args, { env: environment, stdio: ['pipe', 'pipe', 'pipe'], detached: true });
      children.push(child);
      const said: string[] = [];
      readLines(child.stderr, (line) => {
        said.splice(0, said.length - lastLines + 1);
        said.push(line);
        onLine(line, 'stderr');
      });
      const found = Promise.withResolvers<NonNullable<ReturnType<typeof ready>>>();
      let isReady = false;
      readLines(child.stdout, (line) => {
        const value = isReady ? undefined : ready(line);
        if (value === undefined || value === null) return onLine(line, 'stdout');
        isReady = true;
        return found.resolve(value);
      });
      // Its end is noticed below; a closed pipe says nothing more.
      child.stdin.on('error', () => child.stdin.destroy());
      child.once('error', (error) => found.reject(startFailed(name, error.message)));
      child.once('close', (code, signal) => {
        found.reject(startFailed(name, said.at(-1) ?? `exit code ${code ?? signal}`));
        if (isReady && !stopping) lost.resolve(name);
      });
      return found.promise;
    },
    async stop() {
      stopping = true;
      for (const child of children.toReversed()) await end(child);
    },
  };
}

function startFailed(name: string, why: string): InventoryError {
  return new InventoryError('StartFailed', `${name} did not start: ${why}`);
}

function readLines(stream: Readable, onLine: (line: string) => void): void {
  createInterface(stream).on('line', onLine);
}

async function end(child: ChildProcess): Promise<void> {
  if (child.pid === undefined) return;
  if (child.exitCode === null && child.signalCode === null) {
    const exited = once(child, 'exit');
    const killer = setTimeout(() => signalGroup(child, 'SIGKILL'), graceMs);
    signalGroup(child, 'SIGTERM');
    await exited;
    clearTimeout(killer);
  }
  // What it may have started itself.
  signalGroup(child, 'SIGKILL');
}

/** Signals a process and those of its group: the group's id is the process's own. */
function signalGroup({ pid }: ChildProcess, signal: NodeJS.Signals): void {
  if (pid === undefined) return;
  try {
    process.kill(process.platform === 'win32' ? pid : -pid, signal);
  } catch (error) {
    const gone = error instanceof Error && 'code' in error && error.code === 'ESRCH';
    if (!gone) throw error;
  }
}

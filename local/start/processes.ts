import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { printable } from '../../cli/output/terminal-text.ts';
import { InventoryError } from '../../lib/errors.ts';
import { isSystemError } from '../system-error.ts';

/** A process to start. */
export interface ProcessOptions<Ready> {
  /** Its name in messages. */
  readonly name: string;
  readonly command: string;
  readonly args: readonly string[];
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Called for each line of stdout until it returns a value. Lines have no control characters. */
  readonly ready: (line: string) => Ready | undefined;
  /** Called for every line of stderr, and for the later lines of stdout. */
  readonly onLine: (line: string, stream: 'stdout' | 'stderr') => void;
}

/** The processes of one start. Each ends when this process stops it, and by itself when its stdin closes. */
export interface Processes {
  /** @throws {InventoryError} `StartFailed`: it ended before it was ready; `message` has its last line */
  start<Ready>(options: ProcessOptions<Ready>): Promise<Ready>;
  /** Resolves to the name of a process that ended unexpectedly. */
  readonly lost: Promise<string>;
  /** Ends all by process id, the last started first. Kills what takes longer than `graceMs`. */
  stop(): Promise<void>;
}

/** Longer than the host waits for running invocations. */
const graceMs = 8_000;

export function createProcesses(): Processes {
  const children: ChildProcess[] = [];
  const lost = Promise.withResolvers<string>();
  let stopping = false;
  return {
    lost: lost.promise,
    async start({ name, command, args, environment, ready, onLine }) {
      if (stopping) throw startFailed(name, 'everything is stopping');
      // In its own group: Ctrl-C in the terminal reaches only this process, which then stops the others in order.
      const child = spawn(command, args, { env: environment, stdio: ['pipe', 'pipe', 'pipe'], detached: true });
      children.push(child);
      let lastLine: string | undefined;
      createInterface(child.stderr).on('line', (raw) => {
        const line = printable(raw);
        lastLine = line;
        onLine(line, 'stderr');
      });
      const found = Promise.withResolvers<NonNullable<ReturnType<typeof ready>>>();
      let isReady = false;
      createInterface(child.stdout).on('line', (raw) => {
        const line = printable(raw);
        const value = isReady ? undefined : ready(line);
        if (value === undefined || value === null) return onLine(line, 'stdout');
        isReady = true;
        return found.resolve(value);
      });
      // The end of the process is handled below; a closed pipe adds nothing.
      child.stdin.on('error', () => child.stdin.destroy());
      child.once('error', (error) => found.reject(startFailed(name, error.message)));
      child.once('close', (code, signal) => {
        found.reject(startFailed(name, lastLine ?? `exit code ${code ?? signal}`));
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

async function end(child: ChildProcess): Promise<void> {
  if (child.pid === undefined) return;
  if (child.exitCode === null && child.signalCode === null) {
    const exited = once(child, 'exit');
    const killer = setTimeout(() => signalGroup(child, 'SIGKILL'), graceMs);
    signalGroup(child, 'SIGTERM');
    await exited;
    clearTimeout(killer);
  }
  // Processes that it started itself.
  signalGroup(child, 'SIGKILL');
}

/** Signals a process and its group, whose id is the process id. */
function signalGroup({ pid }: ChildProcess, signal: NodeJS.Signals): void {
  if (pid === undefined) return;
  try {
    process.kill(process.platform === 'win32' ? pid : -pid, signal);
  } catch (error) {
    if (!isSystemError(error, 'ESRCH')) throw error;
  }
}

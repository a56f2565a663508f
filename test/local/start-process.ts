import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

const root = join(import.meta.dirname, '../..');

/** A running `npm start`. */
export interface StartProcess {
  readonly process: ChildProcess;
  /** Everything on stdout and stderr so far. */
  text(): string;
  /** Waits until the text matches. Rejects when the process ends first. */
  until(pattern: RegExp): Promise<RegExpExecArray>;
  /** Ids of its child processes, at any depth. */
  descendants(): number[];
  /** Waits for its end. @returns the exit code */
  ended(): Promise<number | null>;
  /** Ends it, also after a failed test. */
  [Symbol.asyncDispose](): Promise<void>;
}

/** Starts `node local/start.ts ARGS`, as npm does after the build. */
export function startStart(args: readonly string[], environment: Record<string, string> = {}): StartProcess {
  const child = spawn(process.execPath, ['local/start.ts', ...args], {
    cwd: root,
    env: { ...process.env, npm_lifecycle_event: 'start', ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let text = '';
  let closed = false;
  const watchers = new Set<() => void>();
  const look = (): void => {
    for (const watcher of watchers) watcher();
  };
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (chunk: string) => {
      text += chunk;
      look();
    });
  }
  const end = once(child, 'close').then(([code]) => {
    closed = true;
    look();
    return typeof code === 'number' ? code : null;
  });
  return {
    process: child,
    text: () => text,
    until: (pattern) =>
      new Promise((resolve, reject) => {
        const watcher = (): void => {
          const found = pattern.exec(text);
          if (found === null && !closed) return;
          watchers.delete(watcher);
          if (found === null) reject(new Error(`It ended without ${pattern}:\n${text}`));
          else resolve(found);
        };
        watchers.add(watcher);
        watcher();
      }),
    descendants: () => (child.pid === undefined ? [] : descendantsOf(child.pid)),
    ended: () => end,
    async [Symbol.asyncDispose]() {
      if (!closed) child.kill('SIGTERM');
      await end;
    },
  };
}

function descendantsOf(pid: number): number[] {
  const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8')
    .trim()
    .split(' ')
    .filter(Boolean)
    .map(Number);
  return [...children, ...children.flatMap(descendantsOf)];
}

/** Whether a process runs. A zombie does not. */
export function isAlive(pid: number): boolean {
  try {
    return !/^\d+ \(.*\) [ZX]/s.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));
  } catch {
    return false;
  }
}

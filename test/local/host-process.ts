import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { bundle } from '../../scripts/bundle.ts';

interface ReadyLine {
  readonly url: string;
  readonly functions: readonly {
    readonly name: string;
    readonly type: string;
    readonly route: string | null;
    readonly methods: readonly string[] | null;
    readonly authLevel: string | null;
  }[];
  readonly keys: { readonly master: string; readonly host: string; readonly functions: Record<string, string> } | null;
}

export interface HostProcess extends ReadyLine {
  readonly process: ChildProcess;
  /** The first line of stderr, past or future, that matches. */
  line(pattern: RegExp): Promise<string>;
  lines(): readonly string[];
  /** Ends it with this signal, or by closing its stdin. @returns its exit code */
  end(how?: NodeJS.Signals | 'stdin'): Promise<number | null>;
}

/** Bundles an app as `npm run build` does, into a temporary folder. */
export async function buildFixture(entry = 'app.ts'): Promise<{ bundle: string; remove: () => Promise<void> }> {
  const directory = await mkdtemp(join(tmpdir(), 'host-test-'));
  const launcher = join(directory, 'app.cjs');
  await bundle(join(import.meta.dirname, 'fixtures', entry), launcher, { executable: false });
  return { bundle: launcher, remove: () => rm(directory, { recursive: true, force: true }) };
}

/** Starts the host as a process on a free port. */
export async function startHostProcess(
  appBundle: string,
  options: { readonly keys?: boolean; readonly env?: Record<string, string> } = {},
): Promise<HostProcess> {
  const main = join(import.meta.dirname, '../../local/host/main.ts');
  const child = spawn(
    process.execPath,
    [main, '--bundle', appBundle, '--port', '0', ...(options.keys === true ? ['--keys'] : [])],
    { stdio: ['pipe', 'pipe', 'pipe'], env: { ...process.env, TEST_SCHEDULE: '0 0 4 * * *', ...options.env } },
  );
  const seen: string[] = [];
  const watchers = new Set<(line: string) => void>();
  createInterface(child.stderr).on('line', (text) => {
    seen.push(text);
    for (const watcher of watchers) watcher(text);
  });
  const ready = await new Promise<ReadyLine>((resolve, reject) => {
    createInterface(child.stdout).once('line', (text) => resolve(JSON.parse(text)));
    child.once('exit', () => reject(new Error(`The host ended before it was ready:\n${seen.join('\n')}`)));
  });
  return {
    ...ready,
    process: child,
    lines: () => seen,
    line: (pattern) =>
      new Promise((resolve) => {
        const look = (text: string) => {
          if (!pattern.test(text)) return;
          watchers.delete(look);
          resolve(text);
        };
        watchers.add(look);
        for (const text of [...seen]) look(text);
      }),
    async end(how = 'SIGTERM') {
      if (child.exitCode !== null || child.signalCode !== null) return child.exitCode;
      const exited = once(child, 'exit');
      if (how === 'stdin') child.stdin.end();
      else child.kill(how);
      const [code] = await exited;
      return code;
    },
  };
}

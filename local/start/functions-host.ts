import { access } from 'node:fs/promises';
import { join, relative } from 'node:path';
import * as v from 'valibot';
import { InventoryError } from '../../lib/errors.ts';
import type { Processes } from './processes.ts';

/** A host that serves the app. */
export interface FunctionsHost {
  readonly url: string;
  /** How it is spoken of. */
  readonly kind: string;
  /** The key that opens all, where keys are asked for. */
  readonly masterKey: string | null;
}

export interface HostOptions {
  readonly port: number;
  readonly keys: boolean;
  readonly environment: Readonly<Record<string, string | undefined>>;
}

const root = join(import.meta.dirname, '../..');
const bundle = join(root, 'dist/functions.cjs');

const readyLine = v.object({
  url: v.string(),
  functions: v.array(v.unknown()),
  keys: v.nullable(v.object({ master: v.string() })),
});

/**
 * Starts the built-in host with the built bundle. Warnings and errors of the app go to stderr.
 * @throws {InventoryError} `StartFailed`
 */
export async function startBuiltInHost(processes: Processes, options: HostOptions): Promise<FunctionsHost> {
  const { url, functions, keys } = await processes.start({
    name: 'The Functions host',
    command: process.execPath,
    args: [
      join(import.meta.dirname, '../host/main.ts'),
      '--bundle',
      bundle,
      '--port',
      `${options.port}`,
      ...(options.keys ? ['--keys'] : []),
    ],
    environment: options.environment,
    ready: (line) => v.parse(readyLine, JSON.parse(line)),
    onLine(line, stream) {
      const shown = stream === 'stderr' && !/^\S+ (?:trace|debug|information) /.test(line);
      if (shown) process.stderr.write(`host: ${line}\n`);
    },
  });
  return { url, kind: `built in, ${functions.length} functions`, masterKey: keys?.master ?? null };
}

/** @throws {InventoryError} `BundleMissing` */
export async function requireBundle(): Promise<void> {
  try {
    await access(bundle);
  } catch {
    throw new InventoryError('BundleMissing', `There is no ${relative(process.cwd(), bundle)}`, {
      hint: 'npm run build',
    });
  }
}

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import * as v from 'valibot';
import { type Cores, clientCores, pinned } from './pinned.ts';

const usageSchema = v.object({ cpuMs: v.number(), peakRssBytes: v.number(), endedAt: v.number() });

/** The resources that a Node process used from start to end. */
export interface ProcessUsage extends v.InferOutput<typeof usageSchema> {
  /** Milliseconds since the epoch, before the start of the process. */
  readonly startedAt: number;
  readonly output: string;
}

const probe = new URL('./usage-probe.cjs', import.meta.url).pathname;

/**
 * Runs a Node program to its end on the client's cores, without flags that change how it runs.
 * @param program file and arguments
 * @throws {Error} it ended with another status than 0
 */
export async function measureProcess(
  program: readonly string[],
  environment: Readonly<Record<string, string>>,
  cores: Cores = 'one',
): Promise<ProcessUsage> {
  const folder = await mkdtemp(join(tmpdir(), 'bench-'));
  try {
    const usageFile = join(folder, 'usage.json');
    const { file, args } = pinned(clientCores[cores], [process.execPath, '--require', probe, ...program]);
    const startedAt = Date.now();
    const child = spawn(file, args, {
      env: { ...process.env, ...environment, BENCH_USAGE: usageFile },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const [output, complaints, [status]] = await Promise.all([
      text(child.stdout),
      text(child.stderr),
      once(child, 'exit'),
    ]);
    if (status !== 0) throw new Error(`${program.join(' ')} ended with status ${status}: ${complaints}`);
    const usage = v.parse(usageSchema, JSON.parse(await readFile(usageFile, 'utf8')));
    return { ...usage, startedAt, output };
  } finally {
    await rm(folder, { recursive: true });
  }
}

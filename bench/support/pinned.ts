import { spawnSync } from 'node:child_process';

/** Where the two sides of a measurement run, as `taskset` names cores. BENCH_CORES=2: the client may use the server's. */
export const clientCores = process.env.BENCH_CORES === '2' ? '0,1' : '0';
export const serverCores = '1';

const canPin = spawnSync('taskset', ['-c', serverCores, 'true']).status === 0;

/** A command with its arguments, pinned to cores by `taskset` where both exist. */
export function pinned(cores: string, command: readonly string[]): { readonly file: string; readonly args: string[] } {
  const [file = '', ...args] = canPin ? ['taskset', '-c', cores, ...command] : command;
  return { file, args };
}

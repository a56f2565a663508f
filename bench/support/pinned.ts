import { spawnSync } from 'node:child_process';

/** The cores for the two sides of a measurement, where the system can pin processes. */
export const clientCore = 0;
export const serverCore = 1;

const canPin = spawnSync('taskset', ['-c', String(serverCore), 'true']).status === 0;

/** A command with its arguments, pinned to one core by `taskset` where both exist. */
export function pinned(core: number, command: readonly string[]): { readonly file: string; readonly args: string[] } {
  const [file = '', ...args] = canPin ? ['taskset', '-c', String(core), ...command] : command;
  return { file, args };
}

import { spawnSync } from 'node:child_process';

/** How many cores a client has. With one, the server has the other; with two, it shares one of them with the server. */
export type Cores = 'one' | 'two';

/** As `taskset` names cores. */
export const clientCores = { one: '0', two: '0,1' } as const satisfies Record<Cores, string>;
export const serverCore = '1';

const canPin = spawnSync('taskset', ['-c', serverCore, 'true']).status === 0;

/** A command with its arguments, pinned to cores by `taskset` where both exist. */
export function pinned(cores: string, command: readonly string[]): { readonly file: string; readonly args: string[] } {
  const [file = '', ...args] = canPin ? ['taskset', '-c', cores, ...command] : command;
  return { file, args };
}

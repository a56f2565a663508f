import { stat } from 'node:fs/promises';
import { DatabaseSync } from 'node:sqlite';
import type { AzureProcess, AzureStats } from './azure-process.ts';
import { measureProcess, type ProcessUsage } from './measured-process.ts';
import type { Cores } from './pinned.ts';

/** One program's reading of the whole tenant, as measured on both sides. */
export interface Reading extends ProcessUsage {
  readonly stats: AzureStats;
  /** From the first request to the last answer. */
  readonly collectMs: number;
  /** From the first request to the end of the process. */
  readonly untilEndMs: number;
}

interface ReadOptions {
  readonly settings?: Readonly<Record<string, string>>;
  readonly cores?: Cores;
}

/** Our command line, with a new database. */
export function collect(azure: AzureProcess, database: string, options?: ReadOptions): Promise<Reading> {
  return read(azure, [programs.cli, 'collect', '--database', database, '--output', 'json'], options);
}

/** Only the requests and the parsing. */
export const readFloor = (azure: AzureProcess, cores?: Cores): Promise<Reading> =>
  read(azure, [programs.floor], cores && { cores });

/** The usual loop with the Azure SDK. */
export const readWithSdk = (azure: AzureProcess): Promise<Reading> => read(azure, [programs.sdkLoop]);

const at = (path: string): string => new URL(path, import.meta.url).pathname;
const programs = {
  cli: at('../../dist/cli.cjs'),
  floor: at('../floor.ts'),
  sdkLoop: at('../sdk-loop.ts'),
};

async function read(azure: AzureProcess, program: readonly string[], { settings, cores }: ReadOptions = {}) {
  await azure.reset();
  const usage = await measureProcess(program, { ...azure.environment.AppService, ...settings }, cores);
  const stats = await azure.stats();
  const { firstRequestAt, lastAnswerAt } = stats;
  return { ...usage, stats, collectMs: lastAnswerAt - firstRequestAt, untilEndMs: usage.endedAt - firstRequestAt };
}

/** Bytes of a database file once it holds no free pages. */
export async function vacuumedBytes(path: string): Promise<number> {
  const database = new DatabaseSync(path);
  database.exec('VACUUM');
  database.close();
  return (await stat(path)).size;
}

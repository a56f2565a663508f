import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { startStart } from '../../local/start-process.ts';
import type { PageHost, PageKeys } from './page-host.ts';

/**
 * `npm start` with the sample tenant and two runs, on a free port.
 * @param args further options of it, such as `--keys`
 */
export async function startSampleHost(
  args: readonly string[] = [],
  environment: Readonly<Record<string, string>> = {},
): Promise<PageHost> {
  const start = startStart(['--port', '0', ...args], environment);
  const [, origin = ''] = await start.until(/The page: (\S+)\/api\/page /);
  const keyFolder = / {2}(\S+)\/page +for the page/.exec(start.text())?.[1];
  return {
    origin,
    keys: keyFolder === undefined ? null : await readKeys(keyFolder),
    log: async () => start.text(),
    [Symbol.asyncDispose]: () => start[Symbol.asyncDispose](),
  };
}

async function readKeys(folder: string): Promise<PageKeys> {
  const read = (name: string) => readFile(join(folder, name), 'utf8');
  const names = await readdir(join(folder, 'functions'));
  const functions = names.map(async (name): Promise<[string, string]> => [name, await read(join('functions', name))]);
  return {
    master: await read('master'),
    page: await read('page'),
    functions: Object.fromEntries(await Promise.all(functions)),
  };
}

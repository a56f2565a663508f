import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as v from 'valibot';
import type { Api } from './api.ts';
import type { FunctionsHost } from './functions-host.ts';

const principals = v.object({ value: v.array(v.object({ principalId: v.string() })) });

/**
 * Where everything is, and commands to begin with that work as they stand here.
 * @param folder for the file with the key, where keys are asked for: keys are never printed
 */
export async function* addresses(
  host: FunctionsHost,
  api: Api,
  folder: string,
  signal: AbortSignal,
): AsyncGenerator<string> {
  const key = await keyArgument(host, folder);
  const [first] = (await api.get('principals?maxpagesize=1', principals, signal)).value;
  const id = first?.principalId ?? 'ID';
  yield `\nThe API: ${host.url}/api\n`;
  yield `  curl -s${key} '${host.url}/api/virtualMachines?identityType=any&format=csv'\n`;
  yield `  curl -s${key} ${host.url}/api/principals/${id}\n`;
  yield '\nThe command line, on a copy of the same inventory\n';
  yield `  curl -s${key} '${host.url}/api/database?inline=true' -o inventory.sqlite\n`;
  yield `  npm run --silent cli -- principals ${id} --output yaml\n`;
  yield '\nCtrl-C ends everything.\n';
}

async function keyArgument({ masterKey }: FunctionsHost, folder: string): Promise<string> {
  if (masterKey === null) return '';
  const path = join(folder, 'master-key');
  await writeFile(path, masterKey, { mode: 0o600 });
  return ` -H "x-functions-key: $(cat '${path}')"`;
}

import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { singleQuoted } from '../../lib/inventory/commands/shell-word.ts';
import type { Principal } from '../../lib/inventory/principal.ts';
import type { Api } from './api.ts';
import type { FunctionsHost } from './functions-host.ts';

/**
 * The API's address and commands to try next. They work as printed.
 * @param folder receives the file with the master key where keys are required: keys are never printed
 */
export async function* nextCommands(
  { url, masterKey }: FunctionsHost,
  api: Api,
  folder: string,
  signal: AbortSignal,
): AsyncGenerator<string> {
  let key = '';
  if (masterKey !== null) {
    const path = join(folder, 'master-key');
    await writeFile(path, masterKey, { mode: 0o600 });
    key = ` -H "x-functions-key: $(cat ${singleQuoted(path)})"`;
  }
  const [first] = (await api.get<{ value: Principal[] }>('principals?maxpagesize=1', signal)).value;
  const id = first?.principalId ?? 'ID';
  yield `\nThe API: ${url}/api\n`;
  yield `  curl -s${key} '${url}/api/virtualMachines?identityType=any&format=csv'\n`;
  yield `  curl -s${key} ${url}/api/principals/${id}\n`;
  yield '\nThe command line, on a copy of the same inventory:\n';
  yield `  curl -s${key} '${url}/api/database?inline=true' -o inventory.sqlite\n`;
  yield `  npm run --silent cli -- principals ${id} --output yaml\n`;
  yield '\nPress Ctrl-C to stop everything.\n';
}

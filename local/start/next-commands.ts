import { join } from 'node:path';
import { singleQuoted } from '../../lib/inventory/commands/shell-word.ts';
import type { Principal } from '../../lib/inventory/principal.ts';
import type { Api } from './api.ts';
import type { FunctionsHost } from './functions-host.ts';

/**
 * The API's address and commands to try next. They work as printed.
 * @param keyFolder where the files with the keys are, which are never printed; null = no keys are required
 */
export async function* nextCommands(
  { url }: FunctionsHost,
  api: Api,
  keyFolder: string | null,
  signal: AbortSignal,
): AsyncGenerator<string> {
  const key = keyFolder === null ? '' : ` -H "x-functions-key: $(cat ${singleQuoted(join(keyFolder, 'master'))})"`;
  const [first] = (await api.get<{ value: Principal[] }>('principals?maxpagesize=1', signal)).value;
  const id = first?.principalId ?? 'ID';
  yield `\nThe API: ${url}/api\n`;
  yield `  curl -s${key} '${url}/api/virtualMachines?identityType=any&format=csv'\n`;
  yield `  curl -s${key} ${url}/api/principals/${id}\n`;
  yield '\nThe command line, on a copy of the same inventory:\n';
  yield `  curl -s${key} '${url}/api/database?inline=true' -o inventory.sqlite\n`;
  yield `  npm run --silent cli -- principals ${id} --output yaml\n`;
}

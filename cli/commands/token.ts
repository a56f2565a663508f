import * as v from 'valibot';
import { readAccessToken } from '../../lib/azure/access-token.ts';
import { accessTokenOutput } from '../../lib/azure/access-token-output.ts';
import { createTokenSource } from '../../lib/azure/token-source.ts';
import { text } from '../../lib/parameters/fields.ts';
import type { Settings } from '../../lib/settings.ts';
import type { Action } from '../command.ts';
import { type DefineCommand, examples } from '../define-command.ts';
import { exitCodes } from '../exit-code.ts';
import { flatten } from '../output/flatten.ts';
import { parseOptions } from '../parse-options.ts';
import { valueResult } from '../rows-result.ts';

const schema = v.object({ resource: v.exactOptional(text) });

export const defineToken: DefineCommand = (command, run) => {
  command
    .option('--resource <uri>', 'whom the token is for (default: Resource Manager)')
    .action((options: Readonly<Record<string, unknown>>) => run(command, token(options)));
  examples(command, [
    ['token --query accessToken -o tsv', 'a token of the managed identity, for curl'],
    ['token --resource https://vault.azure.net', 'one for Key Vault'],
  ]);
};

function token(options: Readonly<Record<string, unknown>>): Action {
  return async ({ settings, environment, signal, write }) => {
    const { resource } = parseOptions(schema, options);
    const tokens = createTokenSource(settings, environment);
    const found = await tokens.token({ ...(resource === undefined ? {} : { audience: resource }), signal });
    const output = accessTokenOutput(found, subscriptionOf(found.token, settings));
    await write(valueResult(output, undefined, (value) => [...flatten(value)]));
    return exitCodes.complete;
  };
}

/** What scripts go on with: the one subscription of the settings, or that of the identity's own machine or app. */
function subscriptionOf(accessToken: string, { subscriptions }: Settings): string | null {
  if (subscriptions?.length === 1) return subscriptions[0] ?? null;
  const resourceId = readAccessToken(accessToken).managedIdentityResourceId;
  return resourceId?.match(/^\/subscriptions\/([^/]+)\//i)?.[1] ?? null;
}

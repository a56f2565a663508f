import * as v from 'valibot';
import { accessTokenOutput } from '../../lib/azure/access-token-output.ts';
import { readAccessToken } from '../../lib/azure/token-claims.ts';
import { createTokenSource } from '../../lib/azure/token-source.ts';
import { text } from '../../lib/parameters/parameter-values.ts';
import type { Settings } from '../../lib/settings.ts';
import { type Action, type DefineCommand, examples, type Options } from '../command.ts';
import { exitCodes } from '../exit-code.ts';
import { flatten } from '../output/flatten.ts';
import { valueResult } from '../output/result.ts';
import { parseOptions } from '../parse-options.ts';

const schema = v.object({ resource: v.exactOptional(text) });

export const define: DefineCommand = (command, run) => {
  command
    .option('--resource <uri>', 'the resource that the token is for (default: Resource Manager)')
    .action((options: Options) => run(command, token(options)));
  examples(command, [
    ['token --query accessToken -o tsv', 'a token of the managed identity, for curl'],
    ['token --resource https://vault.azure.net', 'a token for Key Vault'],
  ]);
};

function token(options: Options): Action {
  return async ({ settings, environment, signal, write }) => {
    const { resource } = parseOptions(schema, options);
    const tokens = createTokenSource(settings, environment);
    const token = await tokens.token({ ...(resource === undefined ? {} : { audience: resource }), signal });
    const output = accessTokenOutput(token, subscriptionOf(token.token, settings));
    await write(valueResult(output, undefined, (value) => [...flatten(value)]));
    return exitCodes.complete;
  };
}

/** The subscription for scripts: the only one of the settings, or that of the identity's own machine or app. */
function subscriptionOf(accessToken: string, { subscriptions }: Settings): string | null {
  if (subscriptions?.length === 1) return subscriptions[0] ?? null;
  const resourceId = readAccessToken(accessToken).managedIdentityResourceId;
  return resourceId?.match(/^\/subscriptions\/([^/]+)\//i)?.[1] ?? null;
}

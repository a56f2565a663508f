import * as v from 'valibot';
import { openSession } from '../../lib/azure/session.ts';
import { text } from '../../lib/parameters/parameter-values.ts';
import { type WhoAmI, whoAmI } from '../../lib/rights/whoami.ts';
import { type Action, type DefineCommand, examples, type Options } from '../command.ts';
import { exitCodes } from '../exit-code.ts';
import { flatten } from '../output/flatten.ts';
import { valueResult } from '../output/result.ts';
import type { Property } from '../output/table.ts';
import { parseOptions } from '../parse-options.ts';

const schema = v.object({ resource: v.exactOptional(text) });

export const define: DefineCommand = (command, run) => {
  command
    .option('--resource <uri>', 'the resource to get a token for (default: Resource Manager)')
    .action((options: Options) => run(command, whoami(options)));
  examples(command, [
    ['whoami', 'the current identity, the source of its tokens, and its roles'],
    ['whoami --query principalId -o tsv', 'its principal id, for az role assignment create'],
  ]);
};

function whoami(options: Options): Action {
  return async ({ settings, environment, signal, messages, write }) => {
    const { resource } = parseOptions(schema, options);
    const session = openSession(settings, environment);
    const { identity, warnings } = await whoAmI({
      session,
      settings,
      environment,
      ...(resource === undefined ? {} : { resource }),
      signal,
    });
    await write(valueResult(identity, undefined, describeIdentity));
    for (const warning of warnings) messages.line(`warning: ${warning}`);
    return exitCodes.complete;
  };
}

/** Missing rights, and roles of other identities that are not needed, are listed on stderr, each with a command to copy. */
function describeIdentity({ roles, missingRights, otherIdentities, ...identity }: WhoAmI): Property[] {
  const lines =
    roles?.map(({ roleDefinitionName, scope }): Property => ['', `${roleDefinitionName} at ${scope}`]) ?? [];
  const count = roles === null ? 'not known' : String(roles.length);
  const missing = missingRights === null ? 'not known' : String(missingRights.length);
  const others = otherIdentities.map(({ principalId }) => principalId).join(', ') || 'none';
  return [...flatten(identity), ['roles', count], ...lines, ['missingRights', missing], ['otherIdentities', others]];
}

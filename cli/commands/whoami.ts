import * as v from 'valibot';
import { openSession } from '../../lib/azure/session.ts';
import { text } from '../../lib/parameters/fields.ts';
import { type WhoAmI, whoAmI } from '../../lib/rights/whoami.ts';
import type { Property } from '../columns/describe.ts';
import type { Action } from '../command-context.ts';
import { type DefineCommand, examples } from '../define-command.ts';
import { exitCodes } from '../exit-code.ts';
import { flatten } from '../output/flatten.ts';
import { parseOptions } from '../parse-options.ts';
import { valueResult } from '../rows-result.ts';

const schema = v.object({ resource: v.exactOptional(text) });

export const defineWhoami: DefineCommand = (command, run) => {
  command
    .option('--resource <uri>', 'ask for a token for this (default: Resource Manager)')
    .action((options: Readonly<Record<string, unknown>>) => run(command, whoami(options)));
  examples(command, [
    ['whoami', 'which identity this is, where its tokens come from, and its roles'],
    ['whoami --query principalId -o tsv', 'its principal id, for az role assignment create'],
  ]);
};

function whoami(options: Readonly<Record<string, unknown>>): Action {
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

/** Missing rights are on stderr, each on a line that can be copied. */
function describeIdentity({ roles, missingRights, ...identity }: WhoAmI): Property[] {
  const lines =
    roles?.map(({ roleDefinitionName, scope }): Property => ['', `${roleDefinitionName} at ${scope}`]) ?? [];
  const count = roles === null ? 'not known' : String(roles.length);
  const missing = missingRights === null ? 'not known' : String(missingRights.length);
  return [...flatten(identity), ['roles', count], ...lines, ['missingRights', missing]];
}

import { tmpdir } from 'node:os';
import * as v from 'valibot';
import type { Reason } from '../../lib/errors.ts';
import { makePrivateFolder } from '../../lib/files/private-folder.ts';
import type { Run } from '../../lib/inventory/run.ts';
import { guid, text } from '../../lib/parameters/parameter-values.ts';
import { type Forgetting, forgetInFile, forgetPublished } from '../../lib/published/forget.ts';
import { describeRun } from '../columns/run-columns.ts';
import { type Action, type CommandContext, type DefineCommand, examples, type Options } from '../command.ts';
import { exitCodes } from '../exit-code.ts';
import { containerUrl, existing, isUrl, withFile } from '../inventory/database-place.ts';
import { valueResult } from '../output/result.ts';
import { parseArgument, parseOptions } from '../parse-options.ts';

const schema = v.object({ reason: text });

export const define: DefineCommand = (command, run) => {
  command
    .argument('<id>', 'the id of a subscription that is no longer visible')
    .requiredOption('--reason <text>', 'the reason, which is kept in the history')
    .action((id: string, options: Options) => run(command, forget(id, options)));
  examples(command, [
    [
      'forget 11111111-2222-3333-4444-555555555555 --reason "cancelled in October"',
      'end its machines and remove it from the blind spots, because it was cancelled',
    ],
    [
      'forget 11111111-2222-3333-4444-555555555555 --reason "sold" --database https://ACCOUNT.blob.core.windows.net/inventory',
      'the same in the inventory that the app published',
    ],
  ]);
};

function forget(given: string, options: Options): Action {
  return async (context) => {
    const id = parseArgument('ID', guid, given);
    const { reason } = parseOptions(schema, options);
    const { database } = context.options;
    const forgetting = { subscriptionId: id, reason, thresholds: context.settings };
    const run = isUrl(database)
      ? await forgetAt(containerUrl(database, context.settings.cloud), forgetting, context)
      : await withFile(existing(database), async (path) => forgetInFile(path, forgetting));
    await context.write(valueResult(run, undefined, describeRun));
    return exitCodes.complete;
  };
}

/** Forgets it in the published inventory of an app, which needs the role Storage Blob Data Contributor. */
async function forgetAt(url: string, forgetting: Forgetting, context: CommandContext): Promise<Run> {
  const { settings, environment, signal, messages } = context;
  const { openPublishedInventory } = await import('../../lib/azure/store/open-store.ts');
  const { createTokenSource } = await import('../../lib/azure/token-source.ts');
  const store = openPublishedInventory(url, settings, createTokenSource(settings, environment));
  const warn = ({ code, message }: Reason) => messages.line(`warning: ${code}: ${message}`);
  await using folder = await makePrivateFolder(tmpdir(), 'vm-identities-');
  return await forgetPublished({ store, forgetting, folder: folder.path, signal, warn });
}

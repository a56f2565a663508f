import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as v from 'valibot';
import type { Reason } from '../../lib/errors.ts';
import type { Run } from '../../lib/inventory/run.ts';
import { guid, text } from '../../lib/parameters/fields.ts';
import { type Forgetting, forgetInFile, forgetPublished } from '../../lib/published/forget.ts';
import { describeRun } from '../columns/run-columns.ts';
import type { Action, CommandContext } from '../command.ts';
import { type DefineCommand, examples } from '../define-command.ts';
import { exitCodes } from '../exit-code.ts';
import { containerUrl, existing, isUrl, withFile } from '../inventory/database-place.ts';
import { parseArgument, parseOptions } from '../parse-options.ts';
import { valueResult } from '../rows-result.ts';

const schema = v.object({ reason: text });

export const defineForget: DefineCommand = (command, run) => {
  command
    .argument('<id>', 'id of a subscription that is no longer visible')
    .requiredOption('--reason <text>', 'why: it is kept in the history')
    .action((id: string, options: Readonly<Record<string, unknown>>) => run(command, forget(id, options)));
  examples(command, [
    [
      'forget 11111111-2222-3333-4444-555555555555 --reason "cancelled in October"',
      'it was cancelled: its machines end, and it is no blind spot any more',
    ],
    [
      'forget 11111111-2222-3333-4444-555555555555 --reason "sold" --database https://ACCOUNT.blob.core.windows.net/inventory',
      'the same in the inventory that an app has published',
    ],
  ]);
};

function forget(given: string, options: Readonly<Record<string, unknown>>): Action {
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

/** In the published inventory of an app: the identity at hand needs Storage Blob Data Contributor there. */
async function forgetAt(url: string, forgetting: Forgetting, context: CommandContext): Promise<Run> {
  const { settings, environment, signal, messages } = context;
  const { openPublishedInventory } = await import('../../lib/azure/store/open-store.ts');
  const { createTokenSource } = await import('../../lib/azure/token-source.ts');
  const folder = await mkdtemp(join(tmpdir(), 'vm-identities-'));
  try {
    const store = openPublishedInventory(url, settings, createTokenSource(settings, environment));
    const warn = ({ code, message }: Reason) => messages.line(`warning: ${code}: ${message}`);
    return await forgetPublished({ store, forgetting, folder, signal, warn });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

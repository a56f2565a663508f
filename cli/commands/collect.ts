import * as v from 'valibot';
import { openSession } from '../../lib/azure/session.ts';
import { shownUrl } from '../../lib/container-url.ts';
import { guid, text } from '../../lib/parameters/parameter-values.ts';
import { collectIntoFile } from '../../lib/run/collect-into-file.ts';
import { sourcesOf } from '../../lib/sources/source.ts';
import { describeRun } from '../columns/run-columns.ts';
import { type Action, type DefineCommand, examples, type Options } from '../command.ts';
import { exitCodes } from '../exit-code.ts';
import { isUrl, toBeWritten, withFile } from '../inventory/database-place.ts';
import { reportRun } from '../inventory/incomplete.ts';
import { valueResult } from '../output/result.ts';
import { parseOptions } from '../parse-options.ts';
import { showProgress } from '../progress.ts';
import { UsageError } from '../usage-error.ts';

const schema = v.object({
  subscription: v.exactOptional(v.array(guid)),
  managementGroup: v.exactOptional(v.array(text)),
  powerState: v.exactOptional(v.boolean()),
  clientIds: v.exactOptional(v.boolean()),
});

export const define: DefineCommand = (command, run) => {
  command
    .option('--subscription <ids...>', 'read only these subscriptions; keep the others as they are')
    .option(
      '--management-group <ids...>',
      'report each subscription below these groups that the identity cannot see (as INVENTORY_MANAGEMENT_GROUPS)',
    )
    .option('--no-power-state', 'do not read power states')
    .option('--client-ids', 'also read the client ids of system-assigned identities (one request per machine)')
    .action((options: Options) => run(command, collect(options)));
  examples(command, [
    ['collect', 'read every subscription that the identity sees into inventory.sqlite'],
    ['collect --database estate.sqlite --no-power-state', 'write another file, with fewer requests'],
    ['collect --subscription 11111111-2222-3333-4444-555555555555', 'read one subscription again'],
    [
      'collect --management-group contoso-root',
      'also name the subscriptions below this group that the identity cannot see',
    ],
  ]);
};

function collect(given: Options): Action {
  return async (context) => {
    const { messages, signal, environment } = context;
    const options = parseOptions(schema, given);
    const { database } = context.options;
    if (isUrl(database)) {
      throw new UsageError('InvalidOption', `collect writes into a file, but --database is ${shownUrl(database)}`, {
        hint: 'Only the app publishes to a container. To start a run of the app, send: POST /api/runs',
      });
    }
    const settings = {
      ...context.settings,
      managementGroups: options.managementGroup ?? context.settings.managementGroups,
      powerState: options.powerState !== false && context.settings.powerState,
    };
    const progress = showProgress(context.stderr);
    const session = openSession(settings, environment);
    const run = await withFile(toBeWritten(database), (databasePath) =>
      collectIntoFile({
        databasePath,
        session,
        settings,
        sources: sourcesOf(settings, environment, session.tokens),
        trigger: 'cli',
        scope: options.subscription ?? null,
        clientIds: options.clientIds ?? false,
        onProgress: progress.update,
        signal,
      }).finally(progress.end),
    );
    await context.write(valueResult(run, undefined, describeRun));
    return run.complete ? exitCodes.complete : reportRun(messages, database, run.id);
  };
}

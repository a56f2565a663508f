import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import * as v from 'valibot';
import { iteratePrincipals, lookupPrincipals } from '../../lib/database/queries/principals/principals.ts';
import { NotFoundError } from '../../lib/errors.ts';
import { type PrincipalRow, principalKinds, principalStates, roleCounts } from '../../lib/inventory/principal.ts';
import { allKinds, principalListKinds } from '../../lib/inventory/shown-kinds.ts';
import { principalFilterEntries, toPrincipalFilter } from '../../lib/parameters/filters.ts';
import { asOf, guid, selection } from '../../lib/parameters/parameter-values.ts';
import { principalFields, selected } from '../../lib/parameters/select.ts';
import { principalCsv } from '../../lib/reports/csv.ts';
import { describePrincipal, principalPresentation } from '../columns/principal-columns.ts';
import { type Action, type CommandContext, type DefineCommand, examples, type Options } from '../command.ts';
import type { ExitCode } from '../exit-code.ts';
import { checkFilter, reportCompleteness } from '../inventory/incomplete.ts';
import { refuseAsOf } from '../inventory/live-machines.ts';
import { readLivePrincipal } from '../inventory/live-principal.ts';
import { withInventory } from '../inventory/open-inventory.ts';
import { anyTable } from '../output/flatten.ts';
import { rowsResult, valueResult } from '../output/result.ts';
import { table } from '../output/table.ts';
import { optionName, parseArgument, parseOptions } from '../parse-options.ts';
import { addFilterOptions, addShapeOptions } from '../shared-options.ts';
import { UsageError } from '../usage-error.ts';

const shape = { asOf: v.exactOptional(asOf), select: v.exactOptional(selection(principalFields)) };
const listSchema = v.object({ ...principalFilterEntries, ...shape });
const lookUpSchema = v.object({ ...shape, live: v.exactOptional(v.boolean()) });

export const define: DefineCommand = (command, run) => {
  command.argument('[ids...]', 'principal ids or client ids (default: every principal)');
  addFilterOptions(command, 'with this text in an id, or in the name of a machine that it is or was on');
  command.option('--state <state>', principalStates.join(', ')).option('--kind <kind>', principalKinds.join(', '));
  addShapeOptions(command);
  command
    .option('--stdin', 'read the ids from standard input, one per line')
    .option('--live', 'read the roles of one id from Azure now, also through groups; nothing is stored')
    .action((ids: readonly string[], options: Options) => run(command, actionFor(ids, options)));
  examples(command, [
    ['principals', 'every managed identity and the machines that it is on'],
    ['principals 6f0f1a2b-0000-4c3d-8e5f-1234567890ab', 'the identity with this principal id or client id'],
    ['principals 6f0f1a2b-0000-4c3d-8e5f-1234567890ab --live', 'what it may do now, also through groups'],
    ['principals --stdin < ids.txt', 'look up many ids; the result has one entry per line'],
    ['principals --state attached -o csv', 'one row per principal and machine'],
  ]);
};

function actionFor(ids: readonly string[], { stdin, ...options }: Options): Action {
  if (ids.length === 0 && stdin !== true && options.live !== true) return list(options);
  return async (context) => {
    if (ids.length > 0 && stdin === true) throw new UsageError('InvalidOption', 'Use ids or --stdin, not both');
    const filter = Object.keys(options).find((name) => name in principalFilterEntries);
    if (filter !== undefined) {
      const option = optionName(filter);
      throw new UsageError(
        'InvalidOption',
        `${option} filters the list of all principals; it cannot be combined with ids`,
      );
    }
    const { live, ...given } = parseOptions(lookUpSchema, options);
    if (live === true) return showLive(context, stdin === true ? [] : ids, given);
    if (stdin === true) return lookUpSeveral(context, await linesOf(context.stdin(), context.signal), given);
    const [only, ...others] = ids;
    return only !== undefined && others.length === 0
      ? lookUpOne(context, only, given)
      : lookUpSeveral(context, ids, given);
  };
}

function list(given: Options): Action {
  return async (context) => {
    const options = parseOptions(listSchema, given);
    const filter = toPrincipalFilter(options);
    return withInventory(context, options.asOf, async (inventory) => {
      checkFilter(context.messages, inventory, principalListKinds(filter), filter);
      const { select } = options;
      const principals = iteratePrincipals(inventory.database, inventory.asOf, filter, { select });
      await context.write(rowsResult(principals, select, principalPresentation));
      return reportCompleteness(context.messages, inventory, principalListKinds(filter), filter);
    });
  };
}

interface LookUpOptions {
  readonly asOf?: string;
  readonly select?: readonly (keyof PrincipalRow)[];
}

/**
 * One principal, by principal id or client id, as an object.
 * @throws {NotFoundError} `PrincipalNotFound` no run ever saw it
 */
async function lookUpOne(context: CommandContext, given: string, options: LookUpOptions): Promise<ExitCode> {
  const id = parseArgument('ID', guid, given);
  return withInventory(context, options.asOf, async (inventory) => {
    const [principal] = lookupPrincipals(inventory.database, inventory.asOf, [id], { select: options.select });
    if (principal === undefined || principal.state === 'neverSeen') {
      reportCompleteness(context.messages, inventory, allKinds, {});
      const message = `No run up to ${inventory.asOf.runId} has seen the principal id or client id ${id}`;
      throw new NotFoundError('PrincipalNotFound', message, {
        hint: 'If a subscription was not read, its identities may be missing: vm-identities subscriptions',
      });
    }
    await context.write(
      valueResult(principal, options.select, describePrincipal, () =>
        principalPresentation.csv([principal], options.select),
      ),
    );
    return reportCompleteness(context.messages, inventory, allKinds, {});
  });
}

/** One principal as an object, with the roles that it has now. */
async function showLive(
  context: CommandContext,
  ids: readonly string[],
  { asOf: at, select }: LookUpOptions,
): Promise<ExitCode> {
  const [given, ...others] = ids;
  if (given === undefined || others.length > 0) {
    throw new UsageError('InvalidOption', '--live reads the roles of one principal: give one id');
  }
  refuseAsOf(at);
  const { principal, report } = await readLivePrincipal(context, parseArgument('ID', guid, given));
  const row = { ...principal, ...roleCounts(principal.roleAssignments, select) };
  await context.write(valueResult(row, select, describePrincipal, () => principalCsv([row], select)));
  return report();
}

/** Several principals as an array: one entry per id, in the order given. An id that was never seen is not an error. */
async function lookUpSeveral(
  context: CommandContext,
  given: readonly string[],
  options: LookUpOptions,
): Promise<ExitCode> {
  const ids = given.map((id) => parseArgument('ID', guid, id));
  return withInventory(context, options.asOf, async (inventory) => {
    const { select } = options;
    const entries = lookupPrincipals(inventory.database, inventory.asOf, ids, { select });
    const items = entries.map((entry) => (entry.state === 'neverSeen' ? entry : selected(entry, select)));
    await context.write({
      kind: 'rows',
      items,
      ordered: select !== undefined,
      csv: () => principalPresentation.csv(entries, select),
      table: (width) =>
        select === undefined ? table(principalPresentation.columns, entries, width) : anyTable(items, width),
    });
    return reportCompleteness(context.messages, inventory, allKinds, {});
  });
}

/** The lines of a stream, trimmed; empty lines are left out. */
async function linesOf(stream: Readable, signal: AbortSignal): Promise<string[]> {
  const lines: string[] = [];
  for await (const line of createInterface({ input: stream, signal })) {
    const text = line.trim();
    if (text !== '') lines.push(text);
  }
  signal.throwIfAborted();
  return lines;
}

import * as v from 'valibot';
import type { Database } from '../database/database.ts';
import { InventoryError } from '../errors.ts';
import { guidPattern } from '../inventory/commands/azure-id.ts';
import type { Kind } from '../inventory/coverage.ts';
import type { SourceSink } from '../inventory/reading.ts';
import type { MachineReading } from '../inventory/virtual-machine.ts';
import { replaySource } from './replay-source.ts';
import { readSourceContent, type SourceContent } from './source-content.ts';

const texts = v.array(v.string());
/** The JSON in the tables of an inventory. SQLite's column types check the rest. */
const tagsShape = v.record(v.string(), v.string());
const permissionsShape = v.array(v.looseObject({ actions: texts, notActions: texts }));

/**
 * Reads all that a source offers once, before anything is merged: damage there is a failure of the source and not of
 * the run. Each row must belong to the subscription that offers it.
 * @throws {InventoryError} `SourceMalformed`; `InventoryNotReady`: it has no run yet
 */
export function readOffers(database: Database, source: string, kinds: readonly Kind[]): SourceContent {
  try {
    const content = readSourceContent(database, source, kinds);
    for (const subscription of content.subscriptions) {
      const { subscriptionId } = subscription;
      if (!guidPattern.test(subscriptionId)) throw malformed(source, `'${subscriptionId}' is not a subscription id`);
      replaySource(database, source, subscription, checkingSink(source, subscriptionId));
    }
    return content;
  } catch (error) {
    if (error instanceof InventoryError) throw error;
    throw malformed(source, error instanceof Error ? error.message : String(error), error);
  }
}

function checkingSink(source: string, subscriptionId: string): SourceSink {
  const checkPlace = ({ id }: { readonly id: string }): void => {
    if (id.toLowerCase().startsWith(`/subscriptions/${subscriptionId}/`)) return;
    throw malformed(source, `${id} is not in subscription ${subscriptionId}`);
  };
  const checkMachine = (machine: MachineReading): void => {
    checkPlace(machine);
    v.parse(tagsShape, machine.tags);
  };
  return (event) => {
    if (event.type === 'machines') event.rows.forEach(checkMachine);
    else if (event.type === 'unseen') for (const { machine } of event.rows) checkMachine(machine);
    else if (event.type === 'powerStates' || event.type === 'identities') for (const row of event.rows) checkPlace(row);
    else if (event.type === 'roleDefinitions') {
      for (const { permissions } of event.rows) v.parse(permissionsShape, permissions);
    }
  };
}

function malformed(source: string, what: string, cause?: unknown): InventoryError {
  return new InventoryError(
    'SourceMalformed',
    `The database of ${source} has content that a run never writes: ${what.slice(0, 300)}`,
    {
      hint: 'To look at it, run: vm-identities subscriptions --database URL. Check who may write to that container',
      cause,
    },
  );
}

import * as v from 'valibot';
import type { Database } from '../database/database.ts';
import { InventoryError } from '../errors.ts';
import type { Kind } from '../inventory/coverage.ts';
import type { SourceSink } from '../inventory/reading.ts';
import type { MachineReading } from '../inventory/virtual-machine.ts';
import { guidPattern } from '../settings.ts';
import { tellReading } from './replay-source.ts';
import { readSourceContent, type SourceContent } from './source-content.ts';

const texts = v.array(v.string());
/** What the tables of an inventory hold as JSON; the rest is as strict as the columns' types. */
const tagsShape = v.record(v.string(), v.string());
const permissionsShape = v.array(v.looseObject({ actions: texts, notActions: texts }));

/**
 * What a source offers, all of it read once before anything is merged: what breaks there is its own failure, and not that of the
 * run which takes it in. It speaks of its subscriptions and of nothing outside of them.
 * @throws {InventoryError} `SourceMalformed`; `InventoryNotReady`: it has no run yet
 */
export function readOffers(database: Database, source: string, kinds: readonly Kind[]): SourceContent {
  try {
    const content = readSourceContent(database, source, kinds);
    for (const subscription of content.subscriptions) {
      const { subscriptionId } = subscription;
      if (!guidPattern.test(subscriptionId)) throw malformed(source, `'${subscriptionId}' is no subscription`);
      tellReading(database, source, subscription, checkingSink(source, subscriptionId));
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
    `The database of ${source} holds what no run writes: ${what.slice(0, 300)}`,
    {
      hint: 'Look at it there: vm-identities subscriptions --database URL; who may write to that container can change it',
      cause,
    },
  );
}

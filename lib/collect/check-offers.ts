import * as v from 'valibot';
import type { Database } from '../database/database.ts';
import type { SourceContent } from '../database/source/source-content.ts';
import { tellReading } from '../database/source/tell-reading.ts';
import { InventoryError } from '../errors.ts';
import type { SourceSink } from '../inventory/reading.ts';
import { guidPattern } from '../settings.ts';

const texts = v.array(v.string());
/** What the tables of an inventory hold as JSON; the rest is as strict as the columns' types. */
const tagsShape = v.record(v.string(), v.string());
const permissionsShape = v.array(v.looseObject({ actions: texts, notActions: texts }));

/**
 * Reads all that a source offers once, before anything of it is merged: what breaks there is its own failure, and not that of the
 * run which takes it in. It speaks of its subscriptions and of nothing outside of them.
 * @throws {InventoryError} `SourceMalformed`
 */
export function checkOffers(database: Database, source: string, { subscriptions }: SourceContent): void {
  for (const subscription of subscriptions) {
    const { subscriptionId } = subscription;
    if (!guidPattern.test(subscriptionId)) throw malformed(source, `'${subscriptionId}' is no subscription`);
    try {
      tellReading(database, source, subscription, checkingSink(source, subscriptionId));
    } catch (cause) {
      if (cause instanceof InventoryError) throw cause;
      throw malformed(source, `subscription ${subscriptionId} cannot be read`, cause);
    }
  }
}

function checkingSink(source: string, subscriptionId: string): SourceSink {
  const ignore = (): void => undefined;
  const inside = ({ id }: { readonly id: string }): void => {
    if (id.toLowerCase().startsWith(`/subscriptions/${subscriptionId}/`)) return;
    throw malformed(source, `${id.slice(0, 200)} is not in subscription ${subscriptionId}`);
  };
  return {
    ...{ begin: ignore, beginFrom: ignore, roleAssignments: ignore, end: ignore },
    machines(_subscriptionId, page) {
      for (const machine of page) {
        inside(machine);
        v.parse(tagsShape, machine.tags);
      }
    },
    unseen(_subscriptionId, page) {
      for (const { machine } of page) {
        inside(machine);
        v.parse(tagsShape, machine.tags);
      }
    },
    powerStates: (_subscriptionId, page) => page.forEach(inside),
    identities: (_subscriptionId, page) => page.forEach(inside),
    roleDefinitions(_subscriptionId, page) {
      for (const { permissions } of page) v.parse(permissionsShape, permissions);
    },
  };
}

function malformed(source: string, what: string, cause?: unknown): InventoryError {
  return new InventoryError('SourceMalformed', `The database of ${source} holds what no run writes: ${what}`, {
    hint: 'Look at it there: vm-identities subscriptions --database URL; who may write to that container can change it',
    cause,
  });
}

import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type Database, openForWriting } from '../../../lib/database/database.ts';
import { resolveAsOf } from '../../../lib/database/queries/as-of.ts';
import { iterateChanges } from '../../../lib/database/queries/changes.ts';
import { iterateVirtualMachines } from '../../../lib/database/queries/machines/virtual-machines.ts';
import { iteratePrincipals } from '../../../lib/database/queries/principals/principals.ts';
import type { Change } from '../../../lib/inventory/change.ts';
import type { AsOf } from '../../../lib/inventory/query.ts';
import { caseCount } from '../../support/cases.ts';
import { applyChange, comparable, type InventoryState } from '../../support/inventory-state.ts';
import { dayOf, mergeRun } from '../../support/readings.ts';
import {
  change,
  everything,
  history,
  kindOf,
  newWorld,
  type Run,
  readingOf,
  type Sight,
  shows,
  statusOf,
  subscriptions,
} from '../../support/seen-azure.ts';

const numRuns = caseCount('PROPERTY_RUNS', { few: 12, many: 400 });

function stateAt(database: Database, asOf: AsOf): InventoryState {
  const principals = [...iteratePrincipals(database, asOf, {})];
  return {
    machines: new Map(
      [...iterateVirtualMachines(database, asOf, { type: 'any' })].map((row) => [
        row.id.toLowerCase(),
        comparable(row),
      ]),
    ),
    roles: new Map(
      principals.map((one) => [
        one.principalId,
        // A change has no rating of the role.
        new Map(
          one.roleAssignments.map(({ privilege: _privilege, privilegePlane: _plane, ...role }) => [role.id, role]),
        ),
      ]),
    ),
    credentials: new Map(
      principals.map((one) => [one.principalId, new Map(one.federatedCredentials.map((each) => [each.name, each]))]),
    ),
  };
}

/** Merges the runs in order; the first sees everything. */
function follow(runs: readonly Run[], look: (database: Database, step: readonly Sight[], seq: number) => void): void {
  const database = openForWriting(':memory:');
  try {
    const world = newWorld();
    runs.forEach(({ steps, sights }, index) => {
      change(world, steps);
      const seen = index === 0 ? subscriptions.map(() => everything) : sights;
      mergeRun(database, readingOf(world, seen, index + 1));
      look(database, seen, index + 1);
    });
  } finally {
    database.close();
  }
}

test('the changes between two runs turn the first state into the second', () => {
  fc.assert(
    fc.property(history, (runs) => {
      const states: { asOf: AsOf; read: ReadonlySet<string> }[] = [];
      follow(runs, (database, _sights, seq) => {
        // Credentials that were read for the first time are not changes.
        const read = database.prepare('SELECT principal_id FROM identity WHERE federated_read_at IS NOT NULL').all();
        states.push({
          asOf: resolveAsOf(database, dayOf(seq)),
          read: new Set(read.map((row) => String(row.principal_id))),
        });
        if (seq < runs.length) return;
        const to = resolveAsOf(database, null);
        const expected = stateAt(database, to);
        for (const from of states) {
          const state = stateAt(database, from.asOf);
          // Roles of a new principal appear together with it.
          const known = [...state.roles.keys()];
          const lost = new Set<string>();
          for (const one of iterateChanges(database, { from: from.asOf, to }, {})) {
            applyChange(state, one);
            if (one.kind === 'roleInheritanceLost') lost.add(one.resourceId);
          }
          expect(sorted(state.machines)).toEqual(sorted(expected.machines));
          for (const principalId of known) {
            const kept = (all: ReadonlyMap<string, unknown> | undefined) =>
              sorted(all ?? new Map()).filter(([id]) => !lost.has(id));
            expect(kept(state.roles.get(principalId)), principalId).toEqual(kept(expected.roles.get(principalId)));
            if (!from.read.has(principalId)) continue;
            const before = state.credentials.get(principalId) ?? new Map<string, unknown>();
            expect(sorted(before), principalId).toEqual(sorted(expected.credentials.get(principalId) ?? new Map()));
          }
        }
      });
    }),
    { numRuns },
  );
});

function sorted<Value>(map: ReadonlyMap<string, Value>): [string, Value][] {
  return [...map].sort(([a], [b]) => (a < b ? -1 : 1));
}

test('nothing that was not read is reported as gone', () => {
  fc.assert(
    fc.property(history, (runs) =>
      follow(runs, (database, sights, seq) => {
        if (seq === 1) return;
        const range = { from: resolveAsOf(database, dayOf(seq - 1)), to: resolveAsOf(database, dayOf(seq)) };
        const seen = (subscriptionId: string | undefined) => sights[subscriptions.indexOf(subscriptionId ?? '')];
        const check = (one: Change): boolean => {
          const there = seen(one.resourceId.split('/')[2]);
          const kind = kindOf(one.resourceId.split('/').slice(6, 8).join('/'));
          switch (one.kind) {
            case 'virtualMachineDeleted':
              return statusOf(there, kind) === 'complete' && there?.checks === 'truth';
            case 'identityDetached':
              return shows(statusOf(there, kind));
            case 'federatedCredentialRemoved':
              return there?.seen === 'read' && there.checks === 'truth';
            case 'roleRemoved':
              return sights.some((each) => statusOf(each, 'roleAssignments') === 'complete');
            case 'roleInheritanceLost':
              return statusOf(seen(String(one.before?.subscriptionId)), 'roleAssignments') === 'complete';
            default:
              return true;
          }
        };
        for (const one of iterateChanges(database, range, {})) expect(check(one), JSON.stringify(one)).toBe(true);
      }),
    ),
    { numRuns },
  );
});

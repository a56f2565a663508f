import { type FacetName, type FacetValue, facetNames, type MachineFacets } from '../../../inventory/machine-facets.ts';
import type { MachineFilter } from '../../../inventory/query.ts';
import type { Database } from '../../database.ts';
import { subscriptionsAt } from '../coverage/subscriptions-at.ts';
import { readNewestSeq } from '../runs.ts';
import { type Column, machineColumns } from './machine-columns.ts';
import { matchMachines } from './machine-selection.ts';

/** Values of a facet that are shown. */
const shownValues = 50;

/**
 * How many machines a filter selects at a run, and how many of them have each value of a facet. A facet ignores the
 * filter with its own name, so that its other values can be chosen. Machines without a value are left out.
 * @param filter without `deleted`
 */
export function countMachines(
  database: Database,
  seq: number,
  filter: MachineFilter,
  facets: readonly FacetName[] = facetNames,
): MachineFacets {
  const { columns } = machineColumns(database, seq);
  const { all, but } = matchMachines(database, seq, filter);
  const isKnown = (name: FacetName): boolean => name !== 'powerState' || hasPowerStates(database, seq);
  const valuesOf = (name: FacetName) => facetOf(columns[name], [all, but.get(name) ?? []]);
  return {
    count: all.length,
    facets: Object.fromEntries(facets.map((name) => [name, isKnown(name) ? valuesOf(name) : null])),
  };
}

/** The database keeps power states of the newest run only. */
function hasPowerStates(database: Database, seq: number): boolean {
  const subscriptions = subscriptionsAt(database, seq).values();
  return readNewestSeq(database) === seq && subscriptions.some((subscription) => subscription.hasPowerStates);
}

/** @param machines indexes in the column */
function facetOf({ codes, words }: Column, machines: readonly ArrayLike<number>[]): readonly FacetValue[] {
  const counts = new Uint32Array(words.length);
  for (const some of machines) {
    for (let at = 0; at < some.length; at++) {
      const code = codes[some[at] ?? 0] ?? 0;
      counts[code] = (counts[code] ?? 0) + 1;
    }
  }
  const values = new Map<string, FacetValue>();
  for (const [code, own] of words.entries()) {
    for (const { value, label } of own) {
      const count = (values.get(value)?.count ?? 0) + (counts[code] ?? 0);
      values.set(value, { value, label, count });
    }
  }
  return [...values.values()]
    .filter(({ count }) => count > 0)
    .sort((a, b) => b.count - a.count || (a.value < b.value ? -1 : 1))
    .slice(0, shownValues);
}

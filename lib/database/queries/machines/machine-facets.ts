import { type FacetName, type FacetValue, facetNames, type MachineFacets } from '../../../inventory/machine-facets.ts';
import type { MachineFilter } from '../../../inventory/query.ts';
import type { Database } from '../../database.ts';
import { subscriptionsAt } from '../coverage/subscriptions-at.ts';
import { readNewestSeq } from '../runs.ts';
import { type Column, machineColumns } from './machine-columns.ts';
import { visitMachines } from './machine-selection.ts';

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
  const counters = facets.map((name) => ({ name, ...counterOf(columns[name]) }));
  let count = 0;
  visitMachines(database, seq, filter, (index, missed) => {
    if (missed === null) count += 1;
    for (const { name, add } of counters) if (missed === null || missed === name) add(index);
  });
  const known = (name: FacetName): boolean => name !== 'powerState' || hasPowerStates(database, seq);
  return {
    count,
    facets: Object.fromEntries(counters.map(({ name, values }) => [name, known(name) ? values() : null])),
  };
}

/** The database keeps power states of the newest run only. */
function hasPowerStates(database: Database, seq: number): boolean {
  const subscriptions = subscriptionsAt(database, seq).values();
  return readNewestSeq(database) === seq && subscriptions.some((subscription) => subscription.hasPowerStates);
}

function counterOf({ codes, words }: Column) {
  const counts = new Uint32Array(words.length);
  return {
    add(index: number): void {
      const code = codes[index] ?? 0;
      counts[code] = (counts[code] ?? 0) + 1;
    },
    values(): readonly FacetValue[] {
      const byValue = new Map<string, FacetValue>();
      for (const [code, own] of words.entries()) {
        for (const { value, label } of own) {
          const before = byValue.get(value)?.count ?? 0;
          byValue.set(value, { value, label, count: before + (counts[code] ?? 0) });
        }
      }
      return [...byValue.values()]
        .filter(({ count }) => count > 0)
        .sort((a, b) => b.count - a.count || (a.value < b.value ? -1 : 1))
        .slice(0, shownValues);
    },
  };
}

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  byPrivilege,
  layoutReach,
  mostNodes,
  nodeSize,
  type Privilege,
  type ReachEntry,
  type ReachLink,
} from '../../../web/parts/access/reach-layout.ts';

function entry(id: string, column: ReachEntry['column'], more: Partial<ReachEntry> = {}): ReachEntry {
  return {
    id,
    column,
    label: id,
    detail: '',
    href: `#/${id}`,
    privilege: null,
    count: 1,
    alike: id,
    groupLabel: '',
    groupHref: '#/group',
    ...more,
  };
}

const closed = new Set<string>();
const identity = entry('identity', 'identities');
const machinesIn = (place: string, count: number) =>
  Array.from({ length: count }, (_, index) =>
    entry(`${place}-${index}`, 'machines', { alike: place, groupLabel: `machines in ${place}` }),
  );
const linksOf = (machines: readonly ReachEntry[]): readonly ReachLink[] =>
  machines.map(({ id }): ReachLink => [id, 'identity']);

describe('entries that are alike', () => {
  test('stand alone up to twelve', () => {
    const machines = machinesIn('Retail', 12);
    const layout = layoutReach([...machines, identity], linksOf(machines), closed);
    expect(layout?.nodes).toHaveLength(13);
    expect(layout?.paths).toHaveLength(12);
  });

  test('are one node from thirteen on, with one path', () => {
    const machines = machinesIn('Retail', 13);
    const layout = layoutReach([...machines, identity], linksOf(machines), closed);
    expect(layout?.nodes.map(({ label }) => label)).toEqual(['13 machines in Retail', 'identity']);
    expect(layout?.nodes[0]).toMatchObject({ count: 13, group: 'machines Retail', href: '#/group' });
    expect(layout?.paths).toHaveLength(1);
  });

  test('show each when the group is opened', () => {
    const machines = machinesIn('Retail', 13);
    const layout = layoutReach([...machines, identity], linksOf(machines), new Set(['machines Retail']));
    expect(layout?.nodes).toHaveLength(14);
    expect(layout?.paths).toHaveLength(13);
  });

  test('are one node in a column of more than thirty, where two are alike', () => {
    const machines = Array.from({ length: 16 }, (_, index) => machinesIn(`S${index}`, 2)).flat();
    const layout = layoutReach([...machines, identity], linksOf(machines), closed);
    expect(layout?.nodes).toHaveLength(17);
  });
});

test('the same entries give the same picture, without overlaps, in their order', () => {
  const machines = [...machinesIn('A', 3), ...machinesIn('B', 40)];
  const roles = ['r1', 'r2'].map((id) => entry(id, 'roles'));
  const entries = [...machines, identity, ...roles];
  const links = [...linksOf(machines), ['identity', 'r1'] as const, ['identity', 'r2'] as const];
  const layout = layoutReach(entries, links, closed);
  expect(layout).toEqual(layoutReach(entries, links, closed));
  const columns = Map.groupBy(layout?.nodes ?? [], ({ x }) => x);
  expect([...columns.keys()]).toEqual([...columns.keys()].toSorted((a, b) => a - b));
  for (const nodes of columns.values()) {
    for (const [index, node] of nodes.entries()) {
      const above = nodes[index - 1];
      if (above !== undefined) expect(node.y).toBeGreaterThanOrEqual(above.y + nodeSize.height);
    }
  }
});

test('there are never more than 150 nodes', () => {
  const group = fc.record({ place: fc.string({ minLength: 1, maxLength: 3 }), count: fc.integer({ min: 1, max: 90 }) });
  fc.assert(
    fc.property(
      fc.uniqueArray(group, { selector: ({ place }) => place, maxLength: 60 }),
      fc.boolean(),
      (groups, open) => {
        const machines = groups.flatMap(({ place, count }) => machinesIn(place, count));
        const opened = open ? new Set(groups.map(({ place }) => `machines ${place}`)) : closed;
        const layout = layoutReach([...machines, identity], linksOf(machines), opened);
        if (layout === null) return;
        expect(layout.nodes.length).toBeLessThanOrEqual(mostNodes);
        const shown = layout.nodes
          .filter(({ column }) => column === 'machines')
          .reduce((sum, { count }) => sum + count, 0);
        expect(shown).toBe(machines.length);
      },
    ),
  );
});

test('more than 150 nodes give no picture', () => {
  const machines = Array.from({ length: 150 }, (_, index) => entry(`m${index}`, 'machines'));
  expect(layoutReach([...machines, identity], linksOf(machines), closed)).toBeNull();
  expect(layoutReach([...machines.slice(1), identity], linksOf(machines), closed)?.nodes).toHaveLength(150);
});

test('roles come by privilege, then by scope in any letter case, then by name', () => {
  const role = (privilege: Privilege, scope: string, roleDefinitionName: string | null) => ({
    privilege,
    scope,
    roleDefinitionName,
  });
  const sorted = [
    role('high', '/subscriptions/b', 'Owner'),
    role('medium', '/', 'Contributor'),
    role(null, '/subscriptions/A', null),
    role(null, '/subscriptions/a', 'Reader'),
    role(null, '/subscriptions/b', 'Reader'),
  ];
  expect(byPrivilege(sorted.toReversed())).toEqual(sorted);
});

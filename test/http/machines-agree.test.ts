import fc from 'fast-check';
import * as v from 'valibot';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Database, openForWriting } from '../../lib/database/database.ts';
import { resolveAsOf } from '../../lib/database/queries/as-of.ts';
import { iterateVirtualMachines } from '../../lib/database/queries/machines/virtual-machines.ts';
import { shapes } from '../../lib/http/openapi/shapes.ts';
import { type FacetName, facetNames } from '../../lib/inventory/machine-facets.ts';
import { fold } from '../../lib/inventory/names/fold.ts';
import type { MachineFilter } from '../../lib/inventory/query.ts';
import {
  identityTypes,
  identityTypesOf,
  identityTypeWords,
  type MachineReading,
  type MachineType,
  machineTypes,
  machineTypeWords,
  type VirtualMachine,
} from '../../lib/inventory/virtual-machine.ts';
import { matchingMachines } from '../../lib/parameters/matching-machines.ts';
import { caseCount } from '../support/cases.ts';
import { guid, machine, mergeRun, type SubscriptionReading } from '../support/readings.ts';
import { origin, servedInventory } from './fixtures/served-inventory.ts';

const numRuns = caseCount('PROPERTY_RUNS', { few: 20, many: 300 });

const names = [
  '=HYPERLINK("x")',
  '<img src=x onerror=alert(1)>',
  '100%',
  'a_b',
  'back\\slash',
  'ΟΔΟΣ',
  'straße-ẞ',
  'İstanbul-ı',
  'Ørsted',
  '\u202Egnp.exe',
  '🐳 whale',
  "Robert'); DROP TABLE machine;--",
  `${'long'.repeat(60)}`,
  'web-01',
  'WEB-02',
  'db_01',
];
const locations = ['westeurope', 'WestEurope', 'eastus', 'ØST', 'øst', ''];
const sizes = ['Standard_D2s_v5', 'STANDARD_D2S_V5', 'Standard_B1s', '100%', null];
const systems = ['Linux', 'linux', 'Windows', null];
const states = ['PowerState/running', 'PowerState/deallocated', 'powerstate/RUNNING'];
const tags = [{}, { env: 'prod' }, { Env: 'prod', 'a=b': 'c' }, { env: 'test', '"q"': '%_\\' }];
const subscriptions = [guid(1), guid(2), guid(3)];

/** The machine with a number, as a run finds it. Later runs change, rename and move some. */
function machineAt(number: number, run: number): MachineReading {
  const pick = <Value>(values: readonly Value[], step: number): Value => {
    const value = values[(number * step + (number % 5 === 0 ? run : 0)) % values.length];
    if (value === undefined) throw new RangeError('There are no values');
    return value;
  };
  const name = names[number % names.length] ?? '';
  const subscriptionId = subscriptions[number % 3] ?? '';
  const type = machineTypes[number % 7 === 0 ? 1 : number % 11 === 0 ? 2 : 0] ?? machineTypes[0];
  const resourceGroup = number % 13 === 0 ? `Moved-${run}` : (['RG_%', 'rg-app', 'Größe'][number % 4] ?? `g${number}`);
  const inId = number % 6 === 0 ? `other-${name}` : number % 4 === 0 ? name.toUpperCase() : name;
  const identityType = identityTypes[number % 4] ?? 'None';
  return machine(`${name}${number >= names.length ? number : ''}`, {
    id: `/subscriptions/${subscriptionId}/resourceGroups/${resourceGroup}/providers/${type}/${inId}${number}`,
    subscriptionId,
    resourceGroup,
    type,
    vmId: `vm-${number}`,
    location: pick(locations, 3),
    vmSize: pick(sizes, 7),
    osType: pick(systems, 5),
    tags: pick(tags, 3),
    timeCreated: number % 4 === 0 ? null : new Date(Date.UTC(2025, number % 3)).toISOString(),
    identity: { type: identityType, principalId: null, tenantId: null, userAssignedIdentities: {} },
  });
}

/** What a run finds in a subscription: run 2 may not read the second, run 3 reads a part of the third. */
function readingAt(subscriptionId: string, run: number): SubscriptionReading {
  const present = Array.from({ length: 66 }, (_, number) => number).filter((number) => number % 9 !== run);
  const all = present.map((number) => machineAt(number, run)).filter((one) => one.subscriptionId === subscriptionId);
  const denied = run === 2 && subscriptionId === guid(2);
  const partial = run === 3 && subscriptionId === guid(3);
  const machines = denied ? [] : partial ? all.slice(0, 5) : all;
  const powered = machines.filter((_, index) => index % 5 !== 4);
  return {
    machines,
    powerStates: Object.fromEntries(powered.map(({ id }, index) => [id, states[(index + run) % states.length] ?? ''])),
    ...(denied ? { status: 'denied', powerStatus: 'denied' } : {}),
    ...(partial ? { status: 'partial', statuses: { scaleSets: 'partial', arcMachines: 'partial' } } : {}),
  };
}

const runs = [1, 2, 3];
let database: Database;
let served: ReturnType<typeof servedInventory>;

beforeAll(() => {
  database = openForWriting(':memory:');
  for (const day of runs) {
    const read = subscriptions.map((id) => [id, readingAt(id, day)]);
    mergeRun(database, {
      day,
      subscriptions: Object.fromEntries(read),
      plan: { kinds: ['virtualMachines', 'scaleSets', 'arcMachines', 'powerStates'] },
    });
  }
  const published = { database, etag: '"agree"', damaged: false, [Symbol.dispose]: () => undefined };
  served = servedInventory({ currentDatabase: async () => published });
});
afterAll(() => {
  served[Symbol.dispose]();
  database.close();
});

const listShape = v.object({
  value: v.array(v.object({ id: v.string() })),
  nextLink: v.exactOptional(v.string()),
  count: v.exactOptional(v.number()),
});

type Query = Readonly<Record<string, string>>;

async function get(path: string, query: Query): Promise<Response> {
  const response = await served.send(`${path}?${new URLSearchParams(query)}`);
  expect([response.status, query]).toEqual([200, query]);
  return response;
}

async function page(query: Query) {
  return v.parse(listShape, await (await get('virtualMachines', { select: 'id', ...query })).json());
}

/** Ids of all pages: as `nextLink` leads through them. */
async function byNextLink(query: Query): Promise<string[]> {
  const ids: string[] = [];
  let next: string | undefined = `virtualMachines?${new URLSearchParams({ select: 'id', ...query })}`;
  while (next !== undefined) {
    const response: Response = await served.send(next);
    const { value, nextLink } = v.parse(listShape, await response.json());
    ids.push(...value.map(({ id }) => id));
    next = nextLink?.replace(`${origin}/api/`, '');
  }
  return ids;
}

/** The same by place, from page to page. */
async function bySkip(query: Query, size: number): Promise<string[]> {
  const ids: string[] = [];
  for (let skip = 0; ; skip += size) {
    const { value, nextLink } = await page({ ...query, maxpagesize: String(size), skip: String(skip) });
    expect(nextLink).toBeUndefined();
    if (value.length === 0) return ids;
    ids.push(...value.map(({ id }) => id));
  }
}

const typesByWord = new Map<string, MachineType>(
  machineTypes.map((type, index) => [machineTypeWords[index] ?? '', type]),
);

/** The filter as the command line applies it to what Azure lists. */
function filterOf({ type, stale, deleted, tag, identityType, ...others }: Query): MachineFilter {
  const { asOf: _asOf, orderby: _orderby, ...texts } = others;
  const word = identityTypeWords.find((one) => one === identityType);
  return {
    ...texts,
    ...(type === undefined ? {} : { type: typesByWord.get(type) ?? 'any' }),
    ...(stale === undefined ? {} : { stale: stale === 'true' }),
    ...(deleted === undefined ? {} : { deleted: deleted === 'any' ? 'any' : deleted === 'true' }),
    ...(word === undefined ? {} : { identityType: word }),
    ...(tag === undefined ? {} : { tags: [{ name: tag, value: null }] }),
  };
}

/** The machines of a run that match, found without the database. */
function expected(query: Query): VirtualMachine[] {
  const asOf = resolveAsOf(database, query.asOf ?? null);
  const everything = [...iterateVirtualMachines(database, asOf, { type: 'any', deleted: 'any' })];
  return matchingMachines(everything, filterOf(query), undefined);
}

const idsOf = (rows: readonly { readonly id: string }[]): string[] => rows.map(({ id }) => id).toSorted();

/** The words under which a facet counts a machine. */
const wordsOf: Readonly<Record<FacetName, (machine: VirtualMachine) => readonly (string | null | undefined)[]>> = {
  subscriptionId: (one) => [one.subscriptionId],
  location: (one) => [fold(one.location)],
  osType: (one) => [one.osType && fold(one.osType)],
  vmSize: (one) => [one.vmSize && fold(one.vmSize)],
  identityType: ({ identity }) =>
    identityTypeWords.filter((word) => identityTypesOf[word].some((type) => type === identity.type)),
  powerState: (one) => [one.powerState && fold(one.powerState.slice('PowerState/'.length))],
  type: (one) => [machineTypeWords[machineTypes.indexOf(one.type)]],
  stale: (one) => [String(one.stale)],
};

function expectedFacet(name: FacetName, query: Query): Readonly<Record<string, number>> {
  const { [name]: _, ...others } = query;
  const counts: Record<string, number> = {};
  for (const one of expected(name === 'type' ? { ...others, type: 'any' } : others)) {
    for (const word of wordsOf[name](one)) if (word) counts[word] = (counts[word] ?? 0) + 1;
  }
  return counts;
}

const anyCase = (text: fc.Arbitrary<string>) =>
  fc
    .tuple(text, fc.constantFrom('', 'upper', 'lower'))
    .map(([one, letters]) => (letters === 'upper' ? one.toUpperCase() : letters === 'lower' ? one.toLowerCase() : one));

const partOf = (texts: readonly string[]) =>
  fc.tuple(fc.constantFrom(...texts), fc.nat(), fc.integer({ min: 1, max: 9 })).map(([text, from, length]) => {
    const characters = [...text];
    const start = from % characters.length;
    return characters.slice(start, start + length).join('');
  });

const ids = Array.from({ length: 30 }, (_, number) => machineAt(number, 1).id);
const set = <Value>(values: readonly (Value | null)[]) =>
  anyCase(fc.constantFrom(...values.flatMap((value) => (typeof value === 'string' && value !== '' ? [value] : []))));
const filters = fc.record(
  {
    asOf: fc.constantFrom(...runs.map((day) => `2026110${day}T060000Z-0000`)),
    type: fc.constantFrom(...machineTypeWords, 'any'),
    subscriptionId: anyCase(fc.constantFrom(...subscriptions)),
    resourceGroup: anyCase(fc.constantFrom('RG_%', 'rg-app', 'Größe')),
    name: anyCase(fc.constantFrom(...names)),
    location: set(locations),
    osType: set(systems),
    vmSize: set(sizes),
    identityType: fc.constantFrom(...identityTypeWords),
    powerState: anyCase(fc.constantFrom('running', 'deallocated')),
    stale: fc.constantFrom('true', 'false'),
    tag: anyCase(fc.constantFrom('env', 'a=b', '"q"')),
    contains: fc.oneof(anyCase(partOf([...names, ...ids])), fc.constantFrom('%', '_', '\\', '/', 'σ', 'ς', 'ß', 'I')),
  },
  { requiredKeys: [] },
);
/** Few filters at a time, so that something is left. */
const fewFilters = fc.tuple(filters, fc.integer({ min: 1, max: 4 }), fc.boolean()).map(([all, most, anyType]) => {
  const { asOf, ...others } = all;
  const kept = Object.fromEntries(Object.entries(others).slice(0, most));
  return { ...(anyType ? { type: 'any' } : {}), ...kept, ...(asOf === undefined ? {} : { asOf }) };
});

describe('counts, lists and files agree', () => {
  test('with any filters', async () => {
    await fc.assert(
      fc.asyncProperty(fewFilters, fc.constantFrom('false', 'true', 'any'), async (filter, deleted) => {
        const query: Query = { ...filter, deleted };
        const rows = idsOf(expected(query));
        const { count } = await page({ ...query, count: 'true', maxpagesize: '1' });
        const csv = await (await get('virtualMachines', { ...query, format: 'csv', select: 'firstSeen' })).text();
        const report = await (await get('reports/virtualMachines.csv', query)).text();
        expect((await byNextLink({ ...query, maxpagesize: '7' })).toSorted()).toEqual(rows);
        expect((await bySkip(query, 7)).toSorted()).toEqual(rows);
        expect(count).toBe(rows.length);
        expect(csv.trimEnd().split('\r\n')).toHaveLength(rows.length + 1);
        expect(report.trimEnd().split('\r\n')).toHaveLength(rows.length + 1);
      }),
      { numRuns },
    );
  });

  test('with any filters, and the counts of facets', async () => {
    await fc.assert(
      fc.asyncProperty(fewFilters, async (query: Query) => {
        const answer = v.parse(shapes.MachineFacets, await (await get('virtualMachines/facets', query)).json());
        expect(answer.count).toBe(expected(query).length);
        for (const name of facetNames) {
          const values = answer.facets[name];
          if (name === 'powerState' && query.asOf !== undefined && !query.asOf.startsWith('20261103')) {
            expect(values).toBeNull();
            continue;
          }
          const counted = Object.fromEntries((values ?? []).map(({ value, count }) => [fold(value), count]));
          const wanted = Object.entries(expectedFacet(name, query)).map(([word, count]) => [fold(word), count]);
          expect({ [name]: counted }).toEqual({ [name]: Object.fromEntries(wanted) });
          for (const { value, count } of values ?? []) {
            const narrowed = await page({ ...query, [name]: value, count: 'true', maxpagesize: '1' });
            expect([name, value, narrowed.count]).toEqual([name, value, count]);
          }
          expect(values).toEqual(
            values?.toSorted((a, b) => b.count - a.count || (a.value < b.value ? -1 : Number(a.value > b.value))),
          );
        }
      }),
      { numRuns },
    );
  });
});

const fields = ['name', 'subscriptionId', 'location', 'timeCreated'];
const orders = ['', ...fields, ...fields.map((field) => `${field} desc`)];

test.each(orders)('pages by skip are the pages by nextLink and the whole list, ordered by "%s"', async (orderby) => {
  const order: Query = orderby === '' ? {} : { orderby };
  await fc.assert(
    fc.asyncProperty(
      fewFilters,
      fc.constantFrom('false', 'true', 'any'),
      fc.integer({ min: 1, max: 40 }),
      async (filter, deleted, size) => {
        const query: Query = { ...filter, ...order, deleted };
        const whole = await (await get('virtualMachines', { ...query, format: 'ndjson', select: 'id' })).text();
        const expected = whole
          .split('\n')
          .filter((line) => line !== '')
          .map((line) => v.parse(v.object({ id: v.string() }), JSON.parse(line)).id);
        expect(new Set(expected).size).toBe(expected.length);
        expect(await byNextLink({ ...query, maxpagesize: String(size) })).toEqual(expected);
        expect(await bySkip(query, size)).toEqual(expected);
      },
    ),
    { numRuns: Math.ceil(numRuns / 5) },
  );
});

test('the machines of these tests are of every kind', () => {
  const rows = runs.flatMap((day) => expected({ asOf: `2026110${day}T060000Z-0000`, type: 'any', deleted: 'any' }));
  const some = (matches: (machine: VirtualMachine) => boolean) =>
    expect(rows.filter(matches).length).toBeGreaterThan(2);
  some(({ stale }) => stale);
  some(({ deletedAt }) => deletedAt !== null);
  some(({ powerState }) => powerState !== null);
  some(({ type }) => type === machineTypes[1]);
  some(({ type }) => type === machineTypes[2]);
  some(({ id, name }) => !id.endsWith(name));
});

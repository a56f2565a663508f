import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Database } from '../../../lib/database/database.ts';
import { resolveAsOf } from '../../../lib/database/queries/as-of.ts';
import { iterateChanges } from '../../../lib/database/queries/changes.ts';
import { iterateFindings } from '../../../lib/database/queries/findings.ts';
import { getVirtualMachine, iterateVirtualMachines } from '../../../lib/database/queries/machines/virtual-machines.ts';
import { iteratePrincipals } from '../../../lib/database/queries/principals/principals.ts';
import type { Change } from '../../../lib/inventory/change.ts';
import { kinds } from '../../../lib/inventory/coverage.ts';
import { fold } from '../../../lib/inventory/names/fold.ts';
import type { Run } from '../../../lib/inventory/run.ts';
import { caseCount } from '../../support/cases.ts';
import { inEmptyInventory } from '../../support/empty-inventory.ts';
import {
  contributor,
  federatedCredential,
  guid,
  machine,
  mergeRun,
  type RunReading,
  roleAssignment,
} from '../../support/readings.ts';

const numRuns = caseCount('PROPERTY_RUNS', { few: 8, many: 300 });

/** Of many alphabets: with one other case, with several, with another case of two letters, and without any. */
const letters = [...'aøÆéñßžǅΣςωжЙӘאհ한あ𐐨İıſK-_'];
const name = fc.array(fc.constantFrom(...letters), { minLength: 1, maxLength: 4 }).map((all) => all.join(''));
const names = fc.record({
  group: name,
  otherGroup: name,
  machine: name,
  identityGroup: name,
  identity: name,
  role: name,
  credential: name,
  tag: name,
});
type Names = typeof names extends fc.Arbitrary<infer T> ? T : never;

/** What exists at a run. */
const state = fc.record({
  machine: fc.option(
    fc.record({
      inOtherGroup: fc.boolean(),
      vm: fc.integer({ min: 1, max: 2 }),
      system: fc.constantFrom(null, 1, 2),
      /** Azure may name an identity of a machine without its ids. */
      user: fc.constantFrom(null, 'withIds', 'withoutIds'),
    }),
  ),
  identity: fc.option(fc.integer({ min: 1, max: 2 })),
  role: fc.option(fc.record({ to: fc.constantFrom('system', 'user'), condition: fc.constantFrom(null, 'c') })),
  credential: fc.option(fc.constantFrom('one', 'two')),
});
const history = fc.array(state, { minLength: 2, maxLength: 5 });
type State = typeof state extends fc.Arbitrary<infer T> ? T : never;

/** Spells a text. */
type Spell = (text: string) => string;
const asItIs: Spell = (text) => text;

/** Spells each letter in any case that is one letter, each time in another one. */
function anyCase(seed: number): Spell {
  let bits = seed;
  return (text) =>
    [...text]
      .map((letter) => {
        bits = (Math.imul(bits, 1_664_525) + 1_013_904_223) | 0;
        const other = bits < 0 ? letter.toUpperCase() : letter.toLowerCase();
        const isCasing = [...other].length === 1 && other < '\u0080' === letter < '\u0080';
        return isCasing ? other : letter;
      })
      .join('');
}

const groupId = (group: string) => `/subscriptions/${guid(1)}/resourceGroups/${group}`;
const identityIdOf = ({ identityGroup, identity }: Names) =>
  `${groupId(identityGroup)}/providers/Microsoft.ManagedIdentity/userAssignedIdentities/${identity}`;
const principal = { system: 10, user: 20 };

/** The ids keep the casing of the words that Azure writes itself: `/subscriptions/`, `/providers/`. */
function readingOf(named: Names, existing: State, day: number, spell: Spell): RunReading {
  const spelled = (): Names => ({
    group: spell(named.group),
    otherGroup: spell(named.otherGroup),
    machine: spell(named.machine),
    identityGroup: spell(named.identityGroup),
    identity: spell(named.identity),
    role: spell(named.role),
    credential: spell(named.credential),
    tag: spell(named.tag),
  });
  const generation = existing.identity ?? 1;
  const ids = { principalId: guid(principal.user + generation), clientId: guid(30 + generation) };
  const identity = () => ({ id: identityIdOf(spelled()), ...ids, tenantId: guid(9) });
  const machines = [];
  if (existing.machine !== null) {
    const { inOtherGroup, vm, system, user } = existing.machine;
    const { group, otherGroup, machine: machineName } = spelled();
    const withIds = user === 'withIds' ? ids : { principalId: null, clientId: null };
    machines.push(
      machine(machineName, {
        resourceGroup: inOtherGroup ? otherGroup : group,
        vmId: guid(40 + vm),
        tags: { [spelled().tag]: 'Value' },
        identity: {
          type: system === null ? 'UserAssigned' : user === null ? 'SystemAssigned' : 'SystemAssigned, UserAssigned',
          principalId: system === null ? null : guid(principal.system + system),
          tenantId: guid(9),
          userAssignedIdentities: user === null ? {} : { [identityIdOf(spelled())]: withIds },
        },
      }),
    );
  }
  const roleAssignments = [];
  if (existing.role !== null) {
    const { to, condition } = existing.role;
    const scope = groupId(spelled().group);
    const number = principal[to === 'system' ? 'system' : 'user'] + 1;
    roleAssignments.push(roleAssignment(spelled().role, guid(number), { scope, condition }));
  }
  const credentials =
    existing.credential === null
      ? []
      : [federatedCredential(spelled().credential, { subject: existing.credential, audiences: ['a'] })];
  return {
    day,
    plan: { kinds },
    subscriptions: {
      [guid(1)]: {
        machines,
        powerStates: Object.fromEntries(machines.map(({ id }) => [id, 'PowerState/running'])),
        identities: existing.identity === null ? [] : [identity()],
        roleAssignments,
        roleDefinitions: [contributor],
      },
    },
    verifyIdentity: () => ({ outcome: 'absent' }),
    federatedCredentials: () => ({ outcome: 'present', reading: credentials }),
  };
}

type Fields = Change['before'];

/** A change shows every field whose text differs, also if it differs in letter case only. Such fields are left out. */
const withoutSpelling = ({ before, after, ...change }: Change) => ({
  ...change,
  before: differing(before, after),
  after: differing(after, before),
});
function differing(one: Fields, other: Fields): Fields {
  if (one === null || other === null) return one;
  const same = (field: string) => fold(JSON.stringify(one[field])) === fold(JSON.stringify(other[field] ?? null));
  return Object.fromEntries(Object.entries(one).filter(([field]) => !same(field)));
}

/** Everything that the inventory answers, asked with ids in another letter case each time. */
function answersOf(database: Database, named: Names, runs: readonly Run[], spell: Spell): string {
  const asOf = resolveAsOf(database, null);
  const range = { from: null, to: asOf };
  const { group, otherGroup } = named;
  const machineIds = [group, otherGroup].map((place) => machine(named.machine, { resourceGroup: place }).id);
  const roleId = roleAssignment(named.role, '', { scope: groupId(group) }).id;
  const resourceIds = [...machineIds, identityIdOf(named), roleId, `/subscriptions/${guid(1)}`];
  const spellId = (id: string): string => id.split('/').map(spell).join('/');
  const changesOf = (resourceId?: string) => {
    const filter = resourceId === undefined ? {} : { resourceId: spellId(resourceId) };
    return [...iterateChanges(database, range, filter)].map(withoutSpelling);
  };
  const findingsWithout = (resourceId: string) => {
    const accepted = {
      rule: 'privilegedIdentity',
      resourceId,
      principalId: null,
      reason: '',
      expires: '2030',
    } as const;
    return [...iterateFindings(database, asOf, {}, { findings: [accepted], now: 0 })];
  };
  const answers = {
    runs: runs.map(({ changes, complete, virtualMachineCount, principalCount }) => {
      return { changes, complete, virtualMachineCount, principalCount };
    }),
    changes: changesOf(),
    changesOfEach: resourceIds.map((id) => changesOf(id)),
    machines: machineIds.map((id) => getVirtualMachine(database, asOf, spellId(id))),
    byGroup: [...iterateVirtualMachines(database, asOf, { resourceGroup: spell(group), deleted: 'any' })],
    byName: [...iterateVirtualMachines(database, asOf, { name: spell(named.machine), deleted: 'any' })],
    byPrincipal: [1, 2].map((generation) => [
      ...iterateVirtualMachines(database, asOf, { principalId: guid(principal.user + generation) }),
    ]),
    principals: [...iteratePrincipals(database, asOf, {})],
    findings: [roleId, ...machineIds].map((id) => findingsWithout(spellId(id))),
    view: database.prepare('SELECT * FROM principals ORDER BY principal_id').all(),
    history: database.prepare('SELECT * FROM principal_history ORDER BY principal_id, attached_from').all(),
  };
  return fold(JSON.stringify(answers, null, 1));
}

test('the letter case of ids changes no answer', () => {
  fc.assert(
    fc.property(names, history, fc.integer(), (named, states, seed) => {
      const answersWith = (spell: Spell): string =>
        inEmptyInventory((database) => {
          const runs = states.map((existing, index) =>
            mergeRun(database, readingOf(named, existing, index + 1, spell)),
          );
          return answersOf(database, named, runs, spell);
        });

      expect(answersWith(anyCase(seed))).toBe(answersWith(asItIs));
    }),
    { numRuns },
  );
});

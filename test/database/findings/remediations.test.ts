import fc from 'fast-check';
import { expect, test } from 'vitest';
import { openForWriting } from '../../../lib/database/database.ts';
import { kinds } from '../../../lib/inventory/coverage.ts';
import type { MachineReading } from '../../../lib/inventory/virtual-machine.ts';
import { bashWords, commandIn } from '../../support/bash-words.ts';
import { caseCount } from '../../support/cases.ts';
import { contributor, guid, having, machine, mergeRun, roleAssignment, userAssigned } from '../../support/readings.ts';

/** Pieces of names: what Azure allows, and what a shell would like to interpret. */
const piece = fc.oneof(
  fc.constantFrom('web', 'Büro', '機器', '(1)', '.', '-', '_', ' ', '$Default'),
  fc.constantFrom(
    '$(touch x)',
    '`touch x`',
    "'",
    '"',
    ';touch x',
    '&',
    '|',
    '> x',
    '\\',
    '*',
    '\n',
    '\u202e',
    '../..',
    '%2f',
    '#',
  ),
);
const name = fc.array(piece, { minLength: 1, maxLength: 4 }).map((pieces) => pieces.join(''));
const isHostile = (one: string): boolean =>
  /[`'"\\;&|>\n\u202e%#/]|\$(?![a-z]+$)|.\$/i.test(one) || /^\.{1,2}$/.test(one);

interface Scene {
  readonly machineName: string;
  readonly identityName: string;
  readonly assignmentName: string;
}

/** A deleted identity on a machine and on a scale set, a shared one, and roles of gone and existing identities. */
function remediationsOf({ machineName, identityName, assignmentName }: Scene): readonly string[] {
  using database = openForWriting(':memory:');
  const gone = userAssigned(identityName);
  const shared = userAssigned(`${identityName}2`);
  const of = (one: string, more: Partial<MachineReading> = {}) =>
    machine(one, { identity: having(gone, shared), ...more });
  const machines = [of(machineName), of(`${machineName}2`, { type: 'Microsoft.Compute/virtualMachineScaleSets' })];
  const roleAssignments = [
    roleAssignment(assignmentName, gone.principalId ?? ''),
    roleAssignment(`${assignmentName}2`, shared.principalId ?? ''),
  ];
  const reading = { machines, roleAssignments, roleDefinitions: [contributor] };
  const plan = { kinds: [...kinds] };
  mergeRun(database, { day: 1, subscriptions: { [guid(1)]: { ...reading, identities: [gone, shared] } }, plan });
  mergeRun(database, {
    day: 2,
    subscriptions: { [guid(1)]: { ...reading, identities: [shared] } },
    plan,
    sharedIdentityLimit: 1,
  });
  const rows = database
    .prepare('SELECT remediation FROM finding WHERE valid_to IS NULL ORDER BY rule, resource_id')
    .all();
  return rows.map((row) => String(row.remediation));
}

test('bash splits the command of each remediation into the intended words, and an id that is none gives no command', () => {
  fc.assert(
    fc.property(fc.record({ machineName: name, identityName: name, assignmentName: name }), (scene) => {
      const remediations = remediationsOf(scene);
      const commands = remediations.filter((text) => !text.includes('No command is shown')).map(commandIn);
      const words = bashWords(commands);
      expect(remediations.length).toBeGreaterThanOrEqual(5);
      expect(words).toHaveLength(commands.length);
      for (const [az, ...rest] of words) {
        expect(az).toBe('az');
        for (const word of rest.filter((one) => !/^(--?[a-z-]+|[a-z]+|GROUP|MACHINE)$/.test(one))) {
          expect(word).toMatch(
            /^\/subscriptions\/[^/]+(?:\/resourceGroups\/rg)?\/providers\/Microsoft\.\w+\/\w+\/[^/]+$/,
          );
          expect(Object.values(scene).flatMap((one) => [one, `${one}2`])).toContain(word.split('/').at(-1));
        }
      }
      const hasCommand = (id: string): boolean => remediations.some((text) => text.includes(`/${id}'`));
      const { machineName, identityName, assignmentName } = scene;
      expect(hasCommand(`roleAssignments/${assignmentName}`)).toBe(!isHostile(assignmentName));
      expect(hasCommand(`userAssignedIdentities/${identityName}`)).toBe(!isHostile(identityName));
      expect(hasCommand(`virtualMachines/${machineName}`)).toBe(!isHostile(identityName) && !isHostile(machineName));
    }),
    { numRuns: caseCount('PROPERTY_RUNS', { few: 10, many: 300 }) },
  );
});

test('A remediation with a thousand role assignments has at most 4 kB, and says how to list the rest', () => {
  using database = openForWriting(':memory:');
  const principalId = guid(7);
  const identity = { type: 'SystemAssigned', principalId, tenantId: guid(9), userAssignedIdentities: {} } as const;
  const scope = `/subscriptions/${guid(1)}`;
  const roleAssignments = Array.from({ length: 1000 }, (_, number) =>
    roleAssignment(guid(number), principalId, { scope }),
  );
  const reading = { machines: [machine('a', { identity })], roleAssignments, roleDefinitions: [contributor] };
  mergeRun(database, { day: 1, subscriptions: { [guid(1)]: reading }, plan: { kinds: [...kinds] } });
  const remediation = String(
    database.prepare("SELECT remediation FROM finding WHERE rule = 'privilegedIdentity'").get()?.remediation,
  );

  const [words = []] = bashWords([commandIn(remediation)]);

  const [command = '', rest = ''] = remediation.split(' # ');
  const ids = words.slice(words.indexOf('--ids') + 1);
  expect(Buffer.byteLength(remediation)).toBeLessThanOrEqual(4096);
  expect(command.length).toBeGreaterThan(3000);
  expect(ids).toEqual(roleAssignments.slice(0, ids.length).map(({ id }) => id));
  expect(rest).toContain(`and ${1000 - ids.length} more`);
  expect(bashWords([commandIn(rest)])).toEqual([
    ['vm-identities', 'principals', principalId, '--query', 'roleAssignments[].id', '--output', 'tsv'],
  ]);
});

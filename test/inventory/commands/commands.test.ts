import fc from 'fast-check';
import { expect, test } from 'vitest';
import { isResourceId } from '../../../lib/inventory/commands/azure-id.ts';
import { shellWord, singleQuoted } from '../../../lib/inventory/commands/shell-word.ts';
import { grantReaderCommand } from '../../../lib/inventory/coverage.ts';
import { grantGroupReaderCommand } from '../../../lib/inventory/roles/missing-right.ts';
import { bashWords } from '../../support/bash-words.ts';
import { caseCount } from '../../support/cases.ts';
import { guid } from '../../support/readings.ts';

const numRuns = caseCount('PROPERTY_RUNS', { few: 20, many: 300 });
const vm = 'Microsoft.Compute/virtualMachines';
const group = `/subscriptions/${guid(1)}/resourceGroups/rg`;

/** Text that shells would like to interpret, and any other. */
const hostile = fc
  .array(
    fc.oneof(
      fc.constantFrom(
        '$(touch x)',
        '`touch x`',
        "'",
        '"',
        ';',
        '&',
        '|',
        '>x',
        '\\',
        '!',
        '*',
        '~',
        '#',
        ' ',
        '$HOME',
        '-',
        '{a,b}',
        '=az',
      ),
      fc.string({ unit: 'grapheme', minLength: 1, maxLength: 3 }),
    ),
    { minLength: 1, maxLength: 6 },
  )
  .map((parts) => parts.join('').replaceAll(/[\0\n]/g, ''))
  .filter((text) => text !== '');

test('bash reads each quoted word back as it was', () => {
  fc.assert(
    fc.property(fc.array(hostile, { minLength: 1, maxLength: 20 }), (words) => {
      const lines = words.flatMap((word) => [`az ${shellWord(word)}`, `az ${singleQuoted(word)}`]);
      expect(bashWords(lines)).toEqual(
        words.flatMap((word) => [
          ['az', word],
          ['az', word],
        ]),
      );
    }),
    { numRuns },
  );
});

test('An id of a resource passes, in any casing, whatever alphabet its names use', () => {
  const ids: readonly (readonly [string, string])[] = [
    [`${group}/providers/${vm}/web-01`, vm],
    [`${group.toUpperCase()}/PROVIDERS/MICROSOFT.COMPUTE/VIRTUALMACHINES/WEB`, vm],
    [`/subscriptions/${guid(1)}/resourceGroups/MC_büro (1).x_größe/providers/${vm}/機器`.replace(' ', ''), vm],
    [
      `${group}/providers/Microsoft.EventHub/namespaces/n/eventhubs/h/consumergroups/$Default`,
      'Microsoft.EventHub/namespaces/n/eventhubs/h/consumergroups',
    ],
  ];
  for (const [id, type] of ids) expect([id, isResourceId(id, type)]).toEqual([id, true]);
  const roleAssignment = `/providers/Microsoft.Authorization/roleAssignments/${guid(3)}`;
  const scopes = [
    '',
    `/subscriptions/${guid(1)}`,
    group,
    `${group}/providers/${vm}/a`,
    '/providers/Microsoft.Management/managementGroups/top',
  ];
  for (const scope of scopes)
    expect([scope, isResourceId(scope + roleAssignment, 'Microsoft.Authorization/roleAssignments')]).toEqual([
      scope,
      true,
    ]);
});

test.each([
  ['a command', `${group}/providers/${vm}/$(touch x)`],
  ['a backtick', `${group}/providers/${vm}/\`id\``],
  ['a quote', `${group}/providers/${vm}/a'b`],
  ['another quote that PowerShell knows', `${group}/providers/${vm}/a\u2019b`],
  ['a new line', `${group}/providers/${vm}/a\nb`],
  ['a new line at the end', `${group}/providers/${vm}/a\n`],
  ['a bidirectional override', `${group}/providers/${vm}/a\u202eb`],
  ['a parent folder', `${group}/providers/${vm}/..`],
  ['an empty name', `${group}/providers/${vm}/`],
  ['a subscription that is no GUID', `/subscriptions/x/resourceGroups/rg/providers/${vm}/a`],
  ['another type', `${group}/providers/Microsoft.Compute/disks/a`],
  ['a resource below it', `${group}/providers/${vm}/a/extensions/b`],
  ['words before it', `--ids ${group}/providers/${vm}/a`],
  ['two megabytes', `${group}/providers/${vm}/${'a'.repeat(2 ** 21)}`],
  ['many providers', `${group}${`/providers/${vm}/a`.repeat(40)}/providers/`],
])('An id with %s does not pass', (_what, id) => {
  expect(isResourceId(id, vm)).toBe(false);
});

test('No text but a GUID enters the command that grants a role', () => {
  fc.assert(
    fc.property(hostile, hostile, (subscriptionId, principalId) => {
      expect(grantReaderCommand(subscriptionId, guid(7))).toBe(
        'No command is shown: the id of the subscription is not a GUID',
      );
      expect(bashWords([grantReaderCommand(guid(1), principalId)])[0]).toEqual([
        'az',
        'role',
        'assignment',
        'create',
        '--assignee-object-id',
        'PRINCIPAL-ID',
        '--assignee-principal-type',
        'ServicePrincipal',
        '--role',
        'Reader',
        '--scope',
        `/subscriptions/${guid(1)}`,
      ]);
    }),
    { numRuns },
  );
});

test('bash splits the command that grants a role on a management group, and odd ids give none', () => {
  const words = bashWords(['top', 'Contoso_(1).büro-2'].map((id) => grantGroupReaderCommand(id, guid(7))));

  expect(words.map((command) => command.slice(-4))).toEqual(
    ['top', 'Contoso_(1).büro-2'].map((id) => [
      '--role',
      'Management Group Reader',
      '--scope',
      `/providers/Microsoft.Management/managementGroups/${id}`,
    ]),
  );
  for (const id of ['$(touch x)', "a'b", 'a/b', '..', '', 'a b']) {
    expect(grantGroupReaderCommand(id, guid(7))).toMatch(/^No command is shown: /);
  }
});

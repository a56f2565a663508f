import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { sensitiveDataActions } from '../../lib/inventory/roles/data-actions.ts';
import { allows, type RolePermission } from '../../lib/inventory/roles/permissions.ts';
import { createRater } from '../../lib/inventory/roles/privilege.ts';
import { caseCount } from '../support/cases.ts';

const subscription = '/subscriptions/00000000-0000-4000-8000-000000000001';
const custom = '00000000-0000-4000-8000-00000000c0de';
const owner = '8e3af657-a8ff-443c-a75c-2fe8c4bcb635';
const contributor = 'b24988ac-6180-42a0-ab88-20f7382dd24c';
const role = (actions: readonly string[], notActions: readonly string[] = []): RolePermission => {
  return { actions, notActions, dataActions: [], notDataActions: [] };
};
const onData = (dataActions: readonly string[], notDataActions: readonly string[] = []): RolePermission => {
  return { actions: [], notActions: [], dataActions, notDataActions };
};
const rate = (id: string, permissions: readonly RolePermission[] | null, scope = subscription) =>
  createRater()(id, permissions, scope);
const rated = (...permissions: readonly RolePermission[]) => rate(custom, permissions).privilege;

describe('a role is rated by its effect: actions minus notActions', () => {
  test.each([
    [role(['*']), 'high'],
    [role(['*/*']), 'high'],
    [role(['*'], ['Microsoft.Billing/*', 'Microsoft.Compute/*/delete']), 'high'],
    [role(['Microsoft.Authorization/roleAssignments/*']), 'high'],
    [role(['microsoft.authorization/*/WRITE']), 'high'],
    [role(['*/write'], ['Microsoft.Compute/*']), 'high'],
    // Everything else stays: notActions that name some resources take little away.
    [role(['*'], ['Microsoft.Authorization/*/Delete', 'Microsoft.Authorization/*/Write']), 'high'],
    [role(['*'], ['*/roleAssignments/*']), 'high'],
    [role(['*/write', '*/delete', '*/action'], ['Microsoft.Authorization/*']), 'high'],
    [role(['*/write', '*/delete'], ['Microsoft.Authorization/*']), 'medium'],
    // Any key, any command on any machine; anything deleted.
    [role(['*'], ['*/write', '*/delete']), 'medium'],
    [role(['*'], ['*/write', '*/action']), 'medium'],
    // What is left reads.
    [role(['*'], ['*/write', '*/delete', '*/action']), null],
    [role(['*'], ['*/Write', '*/Delete', '*/Action']), null],
    [role(['*'], ['*']), null],
    [role(['*'], ['Microsoft.*/write', 'Microsoft.*/delete', '*action']), null],
    [role(['*/read']), null],
    [role(['Microsoft.Compute/*']), null],
    [role(['Microsoft.Authorization/roleAssignments/write'], ['Microsoft.Authorization/*/write']), null],
    [role([]), null],
  ] as const)('%j is %s', (permission, privilege) => {
    expect(rated(permission)).toBe(privilege);
  });
});

test('what one entry of a role excludes, another can give', () => {
  const reads = role(['*'], ['*/write', '*/delete', '*/action']);
  expect(rated(reads, role(['*/roleAssignments/write']))).toBe('high');
  expect(rated(reads, role(['*/action']))).toBe('medium');
  expect(rated(reads, reads)).toBeNull();
});

describe('a role is rated by its effect on data: dataActions minus notDataActions', () => {
  const blobs = 'Microsoft.Storage/storageAccounts/blobServices/containers/blobs';
  test.each([
    [onData(['*']), 'medium'],
    [onData(['*/*']), 'medium'],
    [onData(['*/read']), 'medium'],
    [onData(['*'], ['*/read']), 'medium'],
    [onData(['*'], ['Microsoft.KeyVault/*']), 'medium'],
    [onData(['Microsoft.*']), 'medium'],
    // All data of a provider, or all data of one kind that is worth an attack.
    [onData(['Microsoft.KeyVault/*']), 'medium'],
    [onData(['Microsoft.KeyVault/vaults/*']), 'medium'],
    [onData(['microsoft.keyvault/vaults/SECRETS/*']), 'medium'],
    [onData(['Microsoft.KeyVault/vaults/secrets/getSecret/action']), 'medium'],
    [onData(['Microsoft.KeyVault/vaults/keys/*']), 'medium'],
    [onData(['Microsoft.KeyVault/*'], ['Microsoft.KeyVault/vaults/secrets/*']), 'medium'],
    [onData(['*/getSecret/action']), 'medium'],
    [onData(['Microsoft.Storage/*']), 'medium'],
    [onData([`${blobs}/read`]), 'medium'],
    [onData([`${blobs}/*`], [`${blobs}/read`]), 'medium'],
    [onData(['Microsoft.CognitiveServices/*']), 'medium'],
    [onData(['Microsoft.CognitiveServices/accounts/*']), 'medium'],
    [onData(['Microsoft.CognitiveServices/*/read']), 'medium'],
    [onData(['Microsoft.AppConfiguration/configurationStores/*/read']), 'medium'],
    [onData(['Contoso.Vaults/*']), 'medium'],
    [onData(['Contoso.Vaults/*/read']), 'medium'],
    // What is left, or what there is, is a part.
    [onData(['Microsoft.KeyVault/*'], ['Microsoft.KeyVault/vaults/*']), null],
    [onData(['Microsoft.KeyVault/*'], ['microsoft.keyvault/*']), null],
    [onData(['*'], ['*']), null],
    [onData(['*'], ['*/read', '*/write', '*/delete', '*/action']), null],
    [onData(['Contoso.Vaults/*'], ['Contoso.*']), null],
    [onData(['Contoso.Vaults/boxes/*']), null],
    [onData(['Microsoft.KeyVault/vaults/secrets/readMetadata/action', 'Microsoft.KeyVault/vaults/*/read']), null],
    [onData(['Microsoft.CognitiveServices/accounts/OpenAI/*']), null],
    [onData([`${blobs}/tags/read`]), null],
    [onData([]), null],
    // Keys that open the data.
    [role(['microsoft.cognitiveservices/accounts/LISTKEYS/action']), 'medium'],
    [role(['Microsoft.CognitiveServices/*'], ['Microsoft.CognitiveServices/accounts/listKeys/action']), null],
    // Other actions are no data actions.
    [role(['Microsoft.KeyVault/*', `${blobs}/read`]), null],
  ] as const)('%j is %s', (permission, privilege) => {
    expect(rate(custom, [permission])).toEqual({ privilege, privilegePlane: privilege === null ? null : 'data' });
  });

  test('each sensitive data action alone counts, and none that the same role takes away', () => {
    for (const action of sensitiveDataActions) {
      expect(rated(onData([action])), action).toBe('medium');
      expect(rated(onData([action], [action])), action).toBeNull();
    }
  });
});

test('docs/findings/privilegedIdentity.md lists the sensitive data actions, and no others', async () => {
  const text = await readFile(join(import.meta.dirname, '../../docs/findings/privilegedIdentity.md'), 'utf8');
  const listed = [...text.matchAll(/^\| .* `(Microsoft\.[\w./]+\/)`: (.*) \|$/gm)].flatMap(
    ([, prefix = '', names = '']) => [...names.matchAll(/`([^`]+)`/g)].map(([, name = '']) => prefix + name),
  );

  expect(listed.toSorted()).toEqual(sensitiveDataActions.toSorted());
});

describe('the plane of a privilege', () => {
  const secrets = onData(['Microsoft.KeyVault/vaults/secrets/*']);
  const unread: RolePermission = { ...role(['*']), dataActions: null, notDataActions: null };
  test.each([
    ['control', 'high', [role(['*'])]],
    ['control', 'medium', [role(['*'], ['*/write', '*/delete'])]],
    ['data', 'medium', [{ ...onData(['Microsoft.CognitiveServices/*']), actions: ['*/listKeys/action'] }]],
    ['data', 'medium', [role(['*/read']), secrets]],
    ['both', 'high', [{ ...role(['*']), dataActions: ['*'] }]],
    ['both', 'high', [role(['*']), secrets]],
    // Not read: what is known counts, and the plane is not claimed.
    [null, 'high', [unread]],
    [null, null, [{ ...unread, actions: ['*/read'] }]],
    ['both', 'high', [unread, secrets]],
    [null, null, []],
  ] as const)('is %s for %s: %j', (privilegePlane, privilege, permissions) => {
    expect(rate(custom, permissions)).toEqual({ privilege, privilegePlane });
  });

  test('of a role is found once, whatever the scope', () => {
    const rater = createRater();
    const places = ['/', subscription, `${subscription}/resourceGroups/rg`].map((scope) =>
      rater(custom, [secrets], scope),
    );
    expect(places.map(({ privilege }) => privilege)).toEqual(['medium', 'medium', null]);
  });
});

test('a built-in role that was not read is known by its id', () => {
  expect(rate(owner.toUpperCase(), null)).toEqual({ privilege: 'high', privilegePlane: 'control' });
  expect(rate(contributor, null)).toEqual({ privilege: 'medium', privilegePlane: 'control' });
  expect(rate(custom, null)).toEqual({ privilege: null, privilegePlane: null });
});

test('no role is rated below a subscription', () => {
  for (const scope of ['/', '/providers/Microsoft.Management/managementGroups/top', `${subscription}/`]) {
    expect(rate(custom, [role(['*'])], scope).privilege, scope).toBe('high');
    expect(rate(custom, [onData(['*'])], scope).privilege, scope).toBe('medium');
  }
  const below = `${subscription}/resourceGroups/rg`;
  expect(rate(custom, [role(['*']), onData(['*'])], below)).toEqual({ privilege: null, privilegePlane: null });
});

test('notActions never raise a rating, and whoever may assign roles is rated high', () => {
  const pattern = fc.constantFrom(
    ...['*', '*/read', '*/write', '*/delete', '*/action', '*/*', 'Microsoft.Compute/*', 'Microsoft.Authorization/*'],
    ...['Microsoft.Authorization/roleAssignments/write', '*/roleAssignments/*', 'Microsoft.*', '*/Write'],
  );
  const patterns = fc.array(pattern, { maxLength: 4 });
  const rank = { high: 2, medium: 1 };
  fc.assert(
    fc.property(patterns, patterns, (actions, notActions) => {
      const limited = rated(role(actions, notActions));
      const whole = rated(role(actions));
      expect(limited === null ? 0 : rank[limited]).toBeLessThanOrEqual(whole === null ? 0 : rank[whole]);
      const mayAssign = allows([role(actions, notActions)], 'Microsoft.Authorization/roleAssignments/write');
      if (mayAssign) expect(limited).toBe('high');
      if (notActions.includes('*')) expect(limited).toBeNull();
    }),
    { numRuns: caseCount('PROPERTY_RUNS', { few: 500, many: 20000 }) },
  );
});

import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as v from 'valibot';
import { expect, test } from 'vitest';
import { allows } from '../../lib/inventory/roles/permissions.ts';
import { type RequestMade, resourceManagerRequests, storageRequests } from './requests-made.ts';
import { objectVariable, readTemplate, readTemplates, root } from './templates.ts';

const names = v.array(v.string());
const builtInRoles = v.parse(
  v.object({
    roles: v.record(v.string(), v.object({ roleName: v.string(), id: v.string(), actions: names, dataActions: names })),
  }),
  JSON.parse(await readFile(join(import.meta.dirname, 'fixtures/built-in-roles.json'), 'utf8')),
).roles;

const rows = await readTable();
const templates = await readTemplates();
const roleIds = objectVariable(await readTemplate('roles.bicep'), 'roles');

test('docs/security.md has a row for every request that the code makes, and no other row', async () => {
  const made = [...(await resourceManagerRequests()), ...(await storageRequests())];

  const known = new Set(rows.flatMap(({ requests }) => requests));
  const withoutRow = made.filter(({ request }) => !known.has(request)).map(describe);
  const used = new Set(made.map(({ request }) => request));
  const withoutRequest = [...known].filter((request) => !used.has(request));

  expect(made.length).toBeGreaterThan(15);
  expect({ withoutRow, withoutRequest }).toEqual({ withoutRow: [], withoutRequest: [] });
});

test.each(rows.filter(({ action }) => action !== null))('$title: each named role allows it', ({ action, roles }) => {
  const allowing = roles.filter((name) => {
    const role = Object.values(builtInRoles).find(({ roleName }) => roleName === name);
    return (
      role !== undefined && allows([{ actions: [...role.actions, ...role.dataActions], notActions: [] }], action ?? '')
    );
  });

  expect(roles.length).toBeGreaterThan(0);
  expect(allowing).toEqual(roles);
});

test('a request without a required right names no role', () => {
  expect(rows.filter(({ action, roles }) => action === null && roles.length > 0)).toEqual([]);
});

test('the roles of the templates are those of the table, with the ids from Azure', () => {
  const named = new Set(rows.flatMap(({ roles }) => roles));

  const assigned = [...roleIds].map(([name, id]) => ({ name: builtInRoles[name]?.roleName, id: id.slice(1, -1) }));

  expect(new Set(assigned.map(({ name }) => name))).toEqual(named);
  expect(assigned).toEqual(
    [...roleIds.keys()].map((name) => ({ name: builtInRoles[name]?.roleName, id: builtInRoles[name]?.id })),
  );
});

test('a template assigns every role, and docs/security.md explains it', async () => {
  const text = await readFile(join(root, 'docs/security.md'), 'utf8');
  const used = templates.filter(({ path }) => path !== 'roles.bicep').map((template) => template.text);

  const unused = [...roleIds.keys()].filter((name) => !used.some((template) => template.includes(`roles.${name}`)));
  const unexplained = [...roleIds.keys()].filter((name) => !text.includes(`\n| ${builtInRoles[name]?.roleName} | `));

  expect({ unused, unexplained }).toEqual({ unused: [], unexplained: [] });
});

test('no template assigns a role that is not in roles.bicep', () => {
  const guid = /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/i;

  const others = templates.filter(({ path, text }) => path !== 'roles.bicep' && guid.test(text));

  expect(others.map(({ path }) => path)).toEqual([]);
});

test('every role assignment has a distinct name per scope, principal and role, and names the type of its principal', () => {
  const assignments = templates.flatMap(({ path, text }) =>
    text
      .split(/^(?=resource )/m)
      .filter((part) => part.includes('roleAssignments@'))
      .map((part) => ({
        path,
        name: /name: guid\(\S+\.id, principalId, roleDefinitionId\)|name: guid\(\w+\(\)\.id, principalId, roleDefinitionId\)/.test(
          part,
        ),
        principalType: part.includes("principalType: 'ServicePrincipal'"),
      })),
  );

  expect(assignments.length).toBeGreaterThan(3);
  expect(assignments.filter(({ name, principalType }) => !name || !principalType)).toEqual([]);
});

interface Row {
  readonly title: string;
  readonly requests: readonly string[];
  /** null = requires no right. */
  readonly action: string | null;
  readonly roles: readonly string[];
}

/** The three tables of "Requests, what they need": `request | action | role`. */
async function readTable(): Promise<readonly Row[]> {
  const text = await readFile(join(root, 'docs/security.md'), 'utf8');
  const section = /^## Requests[^\n]*\n([\s\S]*?)^## /m.exec(text)?.[1] ?? '';
  const cells = section.split('\n').flatMap((line) => {
    const [request, action, role] = /^\| (.*) \|$/.exec(line)?.[1]?.split(' | ') ?? [];
    return request === undefined || action === undefined || role === undefined ? [] : [{ request, action, role }];
  });
  return cells
    .filter(({ request }) => request !== 'request' && !request.startsWith('---'))
    .map(({ request, action, role }) => ({
      title: request,
      requests: [...request.replace(/\(.*\)/, '').matchAll(/`([^`]+)`/g)].map(([, name = '']) =>
        name.replaceAll(/\{\w+\}/g, '{}'),
      ),
      action: /`([^`]+)`/.exec(action)?.[1] ?? null,
      roles: role.split(/ or |; of a source /).filter((name) => name !== '–'),
    }));
}

function describe({ request, file }: RequestMade): string {
  return `${request} (${file}): add a row to docs/security.md, with its action and a role that allows it`;
}

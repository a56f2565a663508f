import { spawnSync } from 'node:child_process';
import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as v from 'valibot';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { root } from './templates.ts';

/**
 * Keeps what exists in files, as Entra ID does, records its arguments, and fails while $FAILURES has a line: what was
 * just created is not found at once.
 */
const az = `#!/bin/sh
{ printf '%s\\037' "$@"; printf '\\036'; } >> "$STATE/calls"
case "$1 $2 $3" in
  'ad app list') cat "$STATE/apps" 2>/dev/null ;;
  'ad app create') echo 11111111-1111-1111-1111-111111111111 | tee "$STATE/apps" ;;
  'ad sp list') cat "$STATE/sps" 2>/dev/null ;;
  'ad sp create') echo 22222222-2222-2222-2222-222222222222 > "$STATE/sps" ;;
  'cloud show --query') echo https://graph.microsoft.com/ ;;
  'rest --method PATCH') if [ -e "$STATE/missing" ]; then rm "$STATE/missing"; exit 1; fi ;;
esac
exit 0
`;
const patch = v.pipe(
  v.string(),
  v.parseJson(),
  v.object({
    identifierUris: v.optional(v.array(v.string())),
    api: v.optional(
      v.object({
        requestedAccessTokenVersion: v.number(),
        oauth2PermissionScopes: v.array(v.object({ id: v.string(), value: v.string() })),
        preAuthorizedApplications: v.optional(
          v.array(v.object({ appId: v.string(), delegatedPermissionIds: v.array(v.string()) })),
        ),
      }),
    ),
    appRoles: v.optional(
      v.array(v.object({ id: v.string(), value: v.string(), allowedMemberTypes: v.array(v.string()) })),
    ),
    web: v.optional(v.unknown()),
  }),
);

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'app-registration-'));
  for (const [name, script] of [
    ['az', az],
    ['sleep', '#!/bin/sh\n'],
  ] as const) {
    await writeFile(join(folder, name), script);
    await chmod(join(folder, name), 0o755);
  }
});
afterEach(() => rm(folder, { recursive: true }));

/** Runs the script. @returns its outcome, and the arguments of each call of `az` */
async function register(...args: string[]) {
  await rm(join(folder, 'calls'), { force: true });
  const env = { PATH: `${folder}:${process.env.PATH}`, STATE: folder };
  const { status, stdout, stderr } = spawnSync(join(root, 'infra/app-registration.sh'), args, {
    env,
    encoding: 'utf8',
  });
  const written = await readFile(join(folder, 'calls'), 'utf8').catch(() => '');
  const calls = written.split('\u001e').map((call) => call.split('\u001f').slice(0, -1));
  const bodies = calls
    .filter(([first]) => first === 'rest')
    .map((call) => v.parse(patch, call[call.indexOf('--body') + 1]));
  return { status, stdout, stderr, calls: calls.map((call) => call.slice(0, 3).join(' ')), bodies };
}

test('the registration exposes an API to the Azure CLI, with the three app roles', async () => {
  const { status, stdout, bodies } = await register();

  const [first, second, ...others] = bodies;
  const [scope] = first?.api?.oauth2PermissionScopes ?? [];
  expect([status, stdout, others]).toEqual([0, '11111111-1111-1111-1111-111111111111\n', []]);
  expect(first?.identifierUris).toEqual(['api://11111111-1111-1111-1111-111111111111']);
  expect(first?.api?.requestedAccessTokenVersion).toBe(2);
  expect(first?.appRoles?.map(({ value }) => value)).toEqual(['Inventory.Read', 'Runs.Write', 'Database.Read']);
  expect(new Set(first?.appRoles?.map(({ id }) => id)).size).toBe(3);
  expect(second?.api).toEqual({
    ...first?.api,
    preAuthorizedApplications: [{ appId: '04b07795-8ddb-461a-bbee-02f9e1bf7b46', delegatedPermissionIds: [scope?.id] }],
  });
});

test('a second run creates nothing, and writes the same', async () => {
  const first = await register('inventory', 'app.example');
  const second = await register('inventory', 'app.example');

  expect(first.calls.filter((call) => call.endsWith(' create'))).toEqual(['ad app create', 'ad sp create']);
  expect(second.calls.filter((call) => call.endsWith(' create'))).toEqual([]);
  expect([second.status, second.stdout, second.bodies]).toEqual([0, first.stdout, first.bodies]);
  expect(first.bodies.at(-1)?.web).toEqual({
    redirectUris: ['https://app.example/.auth/login/aad/callback'],
    implicitGrantSettings: { enableIdTokenIssuance: true },
  });
});

test('a registration that is not found at once is asked for again', async () => {
  await writeFile(join(folder, 'missing'), '');

  const { status, bodies } = await register();

  expect([status, bodies.length]).toEqual([0, 3]);
});

test('nothing is changed where several registrations have the name', async () => {
  await writeFile(join(folder, 'apps'), 'one\ntwo\n');

  const { status, stderr, calls } = await register();

  expect([status, calls.filter(Boolean)]).toEqual([1, ['ad app list']]);
  expect(stderr).toContain('several app registrations have the name vm-identities');
});

test.each(["it's", 'a"b', '$(id)', 'a b'])('the name %j is refused before anything is called', async (name) => {
  const { status, calls } = await register(name);

  expect([status, calls.filter(Boolean)]).toEqual([2, []]);
});

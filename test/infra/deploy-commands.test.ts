import { spawnSync } from 'node:child_process';
import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { root } from './templates.ts';

// Users paste the commands into a terminal, where bash expands '!' from its history.

const deploy = await readFile(join(root, 'docs/deploy.md'), 'utf8');
/**
 * Records its arguments, separated by characters that no argument contains, and answers each --query with a distinct
 * word.
 */
const az = `#!/bin/sh
{ printf '%s\\037' "$@"; printf '\\036'; } >> "$CALLS"
case " $* " in
  *' group create '*) echo "id-of-$4" ;;
  *' account show '*) echo 11111111-1111-1111-1111-111111111111 ;;
  *' --query appId '*) echo "client-of-$5" ;;
  *' --query id '*) echo "principal-of-$5" ;;
esac
`;

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'deploy-commands-'));
  await writeFile(join(folder, 'az'), az);
  await chmod(join(folder, 'az'), 0o755);
});
afterAll(() => rm(folder, { recursive: true }));

const subscription = '/subscriptions/11111111-1111-1111-1111-111111111111';
const group = 'id-of-rg-vm-identities';

test('the commands for GitHub Actions give each identity its rights by object id, and each right its smallest scope', async () => {
  const calls = await pasted(blockWith('register azure-what-if'));

  const credentials = calls.flatMap((call) => givenAs(call, '--parameters'));
  const assigned = calls
    .filter((call) => call.includes('assignment'))
    .map((call) => ['--assignee-object-id', '--role', '--scope'].map((option) => givenAs(call, option)[0]));

  expect(credentials.map((text) => JSON.parse(text).subject)).toEqual([
    'repo:OWNER/REPOSITORY:environment:azure-what-if',
    'repo:OWNER/REPOSITORY:environment:azure',
  ]);
  const [whatIf, deploy] = ['azure-what-if', 'azure'].map((name) => `principal-of-client-of-vm-identities-${name}`);
  expect(assigned).toEqual([
    [whatIf, 'vm-identities what-if', subscription],
    [deploy, 'vm-identities deploy', subscription],
    [deploy, 'Contributor', group],
    [deploy, 'Role Based Access Control Administrator', group],
    [deploy, 'vm-identities lock', group],
  ]);
});

test('the roles of its own let an identity change nothing on the subscription but deployments and assignments', async () => {
  const calls = await pasted(blockWith('register azure-what-if'));

  const definitions = calls.flatMap((call) => givenAs(call, '--role-definition').map((text) => JSON.parse(text)));

  expect(definitions.map(({ Name }) => Name)).toEqual(
    ['what-if', 'deploy', 'lock'].map((name) => `vm-identities ${name}`),
  );
  for (const { AssignableScopes } of definitions) expect(AssignableScopes).toEqual([subscription]);
  const actions: readonly string[] = definitions.flatMap(({ Actions }) => Actions);
  expect(actions.filter((action) => !/read$/.test(action)).sort()).toEqual([
    'Microsoft.Authorization/locks/write',
    'Microsoft.Authorization/roleAssignments/write',
    'Microsoft.Resources/deployments/*',
    'Microsoft.Resources/deployments/validate/action',
    'Microsoft.Resources/deployments/whatIf/action',
  ]);
});

test('a condition allows only Reader on the subscription, and only roles of the app in the group', async () => {
  const calls = await pasted(blockWith('register azure-what-if'));
  const reader = 'acdd72a7-3385-48ef-bd42-f606fba81ae7';

  const conditions = calls.flatMap((call) =>
    givenAs(call, '--condition').map((text) => ({ scope: givenAs(call, '--scope')[0], text })),
  );

  expect(conditions.map(({ scope }) => scope)).toEqual([subscription, group]);
  const [onSubscription = '', inGroup = ''] = conditions.map(({ text }) => text);
  expect(onSubscription.match(/GuidEquals \{[^}]*\}/g)).toEqual([`GuidEquals {${reader}}`]);
  expect(inGroup).not.toContain(reader);
  for (const [text, actions] of [
    [onSubscription, ['write']],
    [inGroup, ['write', 'delete']],
  ] as const) {
    const named = [...text.matchAll(/!\(ActionMatches\{'Microsoft\.Authorization\/roleAssignments\/(\w+)'\}\)/g)];
    expect(named.map(([, action]) => action)).toEqual(actions);
    const from = actions.flatMap((action) =>
      action === 'write' ? ['@Request[', '@Request['] : ['@Resource[', '@Resource['],
    );
    expect(text.match(/@(Request|Resource)\[/g)).toEqual(from);
    expect(text.match(/StringEqualsIgnoreCase \{'ServicePrincipal'\}/g)).toHaveLength(actions.length);
    expect(text.split('(')).toHaveLength(text.split(')').length);
  }
});

/** The only block of docs/deploy.md with this text. */
function blockWith(text: string): string {
  const blocks = [...deploy.matchAll(/```sh\n([\s\S]*?)```/g)].map(([, block = '']) => block);
  const [found, another] = blocks.filter((block) => block.includes(text));
  if (found === undefined || another !== undefined) throw new Error(`'${text}' is not in exactly one block`);
  return found;
}

/** Pastes a block into bash. @returns the arguments of each call of `az` */
async function pasted(block: string): Promise<readonly (readonly string[])[]> {
  const calls = join(folder, 'calls');
  await rm(calls, { force: true });
  const { stderr } = spawnSync('bash', ['--norc'], {
    input: `set -o history -o histexpand\n${block}`,
    env: { PATH: `${folder}:${process.env.PATH}`, CALLS: calls },
    encoding: 'utf8',
  });
  expect(stderr).toBe('');
  const written = await readFile(calls, 'utf8');
  return written.split('\u001e').map((call) => call.split('\u001f').slice(0, -1));
}

function givenAs(call: readonly string[], option: string): readonly string[] {
  const at = call.indexOf(option);
  return at < 0 ? [] : [call[at + 1] ?? ''];
}

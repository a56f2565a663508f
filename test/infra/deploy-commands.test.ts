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

test('the commands for GitHub Actions assign each identity its rights by object id, and the deploying identity only the roles that it needs', async () => {
  const calls = await pasted(blockWith('register azure-what-if'));

  const credentials = calls.flatMap((call) => givenAs(call, '--parameters'));
  const assignments = calls.filter((call) => call.includes('assignment'));
  const [condition = ''] = assignments.flatMap((call) => givenAs(call, '--condition'));

  expect(credentials.map((text) => JSON.parse(text).subject)).toEqual([
    'repo:OWNER/REPOSITORY:environment:azure-what-if',
    'repo:OWNER/REPOSITORY:environment:azure',
  ]);
  expect(calls.flatMap((call) => givenAs(call, '--role-definition').map((text) => JSON.parse(text).Actions))).toEqual([
    ['*/read', 'Microsoft.Resources/deployments/validate/action', 'Microsoft.Resources/deployments/whatIf/action'],
  ]);
  expect(assignments.flatMap((call) => givenAs(call, '--role'))).toEqual([
    'vm-identities what-if',
    'Contributor',
    'Role Based Access Control Administrator',
  ]);
  expect(assignments.flatMap((call) => givenAs(call, '--assignee-object-id'))).toEqual([
    'principal-of-client-of-vm-identities-azure-what-if',
    'principal-of-client-of-vm-identities-azure',
    'principal-of-client-of-vm-identities-azure',
  ]);
  expect(
    condition.match(/!\(ActionMatches\{'Microsoft\.Authorization\/roleAssignments\/(write|delete)'\}\)/g),
  ).toHaveLength(2);
  expect(condition.match(/@(Request|Resource)\[/g)).toEqual(['@Request[', '@Request[', '@Resource[', '@Resource[']);
  expect(condition.split('(')).toHaveLength(condition.split(')').length);
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

import { spawnSync } from 'node:child_process';
import { chmod, glob, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as v from 'valibot';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { parse } from 'yaml';
import { root } from './templates.ts';

const step = v.object({
  name: v.optional(v.string()),
  run: v.optional(v.string()),
  env: v.optional(v.record(v.string(), v.string()), {}),
});
const ci = v.parse(
  v.object({ jobs: v.object({ bicep: v.object({ steps: v.array(step) }) }) }),
  parse(await readFile(join(root, '.github/workflows/ci.yml'), 'utf8')),
);

/**
 * A `bicep` that prints its arguments. Like the real one it rejects a subscription for a template outside
 * subscriptions, and the snapshot of a deployment that would fail (`fail`).
 * @see https://github.com/Azure/bicep/blob/main/src/Bicep.Core/Utils/Snapshots/SnapshotHelper.cs
 */
const standIn = `#!/bin/sh
echo "$*"
[ "$1" = snapshot ] || exit 0
template=$(dirname "$2")/$(sed -n "s/^using '\\(.*\\)'$/\\1/p" "$2")
case "$(grep '^targetScope' "$template") $*" in
  *managementGroup*--subscription-id*) echo 'Subscription ID cannot be specified'; exit 1 ;;
esac
if grep -q "readEnvironmentVariable('ENTRA_CLIENT_ID', '')" "$2" && [ -z "$ENTRA_CLIENT_ID" ]; then
  echo 'entraClientId is empty'; exit 1
fi
`;

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'ci-bicep-'));
  await writeFile(join(folder, 'bicep'), standIn);
  await chmod(join(folder, 'bicep'), 0o755);
});
afterAll(() => rm(folder, { recursive: true }));

test('CI builds and lints each deployable template, and builds each parameter file', async () => {
  const { status, calls } = run('Build and lint');

  expect(status).toBe(0);
  for (const file of await files('infra/*.bicep')) {
    expect(calls).toContain(`build ${file} --stdout`);
    expect(calls).toContain(`lint ${file}`);
  }
  for (const file of await files('infra/**/*.bicepparam')) expect(calls).toContain(`build-params ${file} --stdout`);
});

test('CI creates a snapshot of each parameter file, with a subscription only where the template accepts one', async () => {
  const { status, calls } = run('Snapshot');

  const written = calls.map((call) => call.split(' ')[1]);
  expect({ status, written: written.sort() }).toEqual({ status: 0, written: await files('infra/**/*.bicepparam') });
});

async function files(pattern: string): Promise<readonly string[]> {
  const found: string[] = [];
  for await (const file of glob(pattern, { cwd: root })) found.push(file);
  return found.sort();
}

/** Runs a step of the workflow as GitHub does, with the stand-in. Also captures what it writes to /dev/null. */
function run(name: string): { readonly status: number | null; readonly calls: readonly string[] } {
  const found = ci.jobs.bicep.steps.find((one) => one.name === name);
  if (found?.run === undefined) throw new Error(`ci.yml has no step '${name}'`);
  const script = found.run.replaceAll('> /dev/null', '');
  const env = { PATH: `${folder}:${process.env.PATH}`, ...found.env };
  const { status, stdout } = spawnSync('bash', ['-e', '-c', script], { cwd: root, env, encoding: 'utf8' });
  return { status, calls: stdout.trim().split('\n') };
}

import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect } from 'vitest';
import { test } from './support/browser-test.ts';
import { canCopy, clipboard } from './support/clipboard.ts';
import { pageAddress } from './support/page-host.ts';
import { sharedHost } from './support/shared-host.ts';

const bundle = join(import.meta.dirname, '../../dist/cli.cjs');

test('32. Copy as command reads the inventory that DATABASE names, and never one by chance', async ({
  newContext,
  servers,
}) => {
  const host = await sharedHost('sample');
  const folder = await mkdtemp(join(tmpdir(), 'copied-'));
  servers.defer(() => rm(folder, { recursive: true }));
  const database = await fetch(`${host.origin}/api/database?inline=true`);
  await writeFile(join(folder, 'copy.sqlite'), new Uint8Array(await database.arrayBuffer()));
  const page = await (await newContext(canCopy)).newPage();
  await page.goto(pageAddress(host, '#/machines?contains=pay&orderby=name+desc'));
  const names = () => page.locator('tbody td.column-name a').allTextContents();
  await expect.poll(async () => (await names()).length).toBeGreaterThan(5);
  await page.getByRole('button', { name: 'Share', exact: true }).click();
  await page.getByRole('button', { name: 'Copy as command' }).click();
  await page.getByRole('status').filter({ hasText: 'Copied' }).waitFor({ state: 'attached' });
  const command = await clipboard(page);
  expect(command).toMatch(
    /^vm-identities list --contains pay --orderby 'name desc' --as-of \S+ --database "\$DATABASE"$/,
  );

  const run = (DATABASE?: string) =>
    promisify(execFile)('sh', ['-c', command.replace('vm-identities', `'${process.execPath}' '${bundle}'`)], {
      cwd: folder,
      env: DATABASE === undefined ? {} : { DATABASE },
    });

  // The sample tenant is not complete, which the exit code says.
  const incomplete = await run('copy.sqlite').catch((error: unknown) => error);
  expect(incomplete).toMatchObject({ code: 3 });
  const { stdout } = incomplete as { readonly stdout: string };
  const rows = JSON.parse(stdout).map(({ name }: { readonly name: string }) => name);
  expect(rows.slice(0, 5)).toEqual((await names()).slice(0, 5));
  await expect(run()).rejects.toMatchObject({ code: 2, stderr: expect.stringContaining("--database is ''") });
});

import { createHash } from 'node:crypto';
import { unzipSync } from 'fflate';
import { describe, expect, test } from 'vitest';
import type { AcceptedFinding } from '../../lib/inventory/finding.ts';
import { runIdOf } from '../database/fixtures/inventory.ts';
import { bodyOf } from './fixtures/body-of.ts';
import { machineId, principalOf, servedInventory, sub1, sub2 } from './fixtures/served-inventory.ts';

const names = ['virtualMachines', 'principals', 'changes', 'findings'];
const contentTypes = {
  csv: 'text/csv; charset=utf-8',
  ndjson: 'application/x-ndjson; charset=utf-8',
  html: 'text/html; charset=utf-8',
  xlsx: 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet',
};
const files = names.flatMap((name) =>
  Object.entries(contentTypes).map(([format, type]) => [`${name}.${format}`, type]),
);

describe('reports', () => {
  test.each(files)('%s is a file that says whether it is complete', async (file, type) => {
    using served = servedInventory();
    const response = await served.send(`reports/${file}`);
    const bytes = await response.bytes();
    expect(response.status).toBe(200);
    expect(bytes.byteLength).toBeGreaterThan(file === 'findings.ndjson' ? -1 : 0);
    expect(Object.fromEntries(response.headers)).toMatchObject({
      'content-type': type,
      'content-disposition': expect.stringContaining(`filename="${file.replace('.', `-${runIdOf(2)}.`)}"`),
      'x-inventory-complete': 'false',
      'x-inventory-run-id': runIdOf(2),
      'x-inventory-as-of': expect.any(String),
      'x-content-type-options': 'nosniff',
    });
    expect(served.readers.open).toBe(0);
  });

  test('have the rows of the list with the same name', async () => {
    using served = servedInventory();
    for (const path of ['virtualMachines', `principals`, 'changes']) {
      const file = await (await served.send(`reports/${path}.ndjson`)).text();
      const list = await (await served.send(`${path}?format=ndjson`)).text();
      expect(file).toBe(list);
      expect(file).not.toBe('');
    }
  });

  test('have the filters of the list, and the run', async () => {
    using served = servedInventory();
    const prod = await (await served.send('reports/virtualMachines.csv?tag=env=prod&name=vm-4&deleted=any')).text();
    const before = await (
      await served.send(`reports/virtualMachines.ndjson?asOf=${runIdOf(1)}&subscriptionId=${sub1}`)
    ).text();
    const deleted = await (await served.send('reports/changes.ndjson?kind=virtualMachineDeleted')).text();
    const none = await (await served.send(`reports/changes.ndjson?from=${runIdOf(2)}&to=${runIdOf(2)}`)).text();
    expect(prod.split('\r\n')).toHaveLength(3);
    expect(before.trim().split('\n')).toHaveLength(5);
    expect(deleted).toContain('vm-4');
    expect(none).toBe('');
  });

  test.each([
    'reports/machines.csv',
    'reports/virtualMachines.pdf',
    'reports/virtualMachines.md',
    'reports/virtualMachines',
    'reports/virtualMachines.csv.csv',
    'reports/VirtualMachines.csv',
  ])('%s is not found', async (path) => {
    using served = servedInventory();
    const response = await served.send(path);
    expect(response.status).toBe(404);
    expect((await bodyOf(response)).error).toMatchObject({ code: 'ReportNotFound' });
  });

  test.each([
    ['reports/virtualMachines.csv?kind=outOfScope', 'UnknownParameter'],
    ['reports/changes.csv?asOf=2026-11-01', 'UnknownParameter'],
    ['reports/findings.csv?severity=worst', 'InvalidParameter'],
    [`reports/changes.csv?from=${runIdOf(2)}&to=${runIdOf(1)}`, 'InvalidParameter'],
  ])('%s is refused', async (path, code) => {
    using served = servedInventory();
    const response = await served.send(path);
    expect(response.status).toBe(400);
    expect((await bodyOf(response)).error).toMatchObject({ code });
    expect(served.readers.open).toBe(0);
  });

  test('answer 304 to a client that has the file, whatever its key, and 200 once the content changes', async () => {
    let accepted: readonly AcceptedFinding[] = [];
    using served = servedInventory({ acceptedFindings: async () => accepted });
    const etag = (await served.send('reports/findings.csv?code=one')).headers.get('etag') ?? '';
    const get = async (file: string, context = served.context) =>
      (await served.send(`reports/${file}?code=two`, { headers: { 'if-none-match': etag } }, context)).status;
    const same = await get('findings.csv');
    const other = await get('findings.ndjson');
    const newer = await get('findings.csv', { ...served.context, currentDatabase: served.publish('"3"') });
    accepted = [
      { rule: 'sharedIdentity', resourceId: null, principalId: principalOf(1), reason: 'x', expires: '2099-01-01' },
    ];
    const silenced = await get('findings.csv');
    expect([same, other, newer, silenced]).toEqual([304, 200, 200, 200]);
  });

  test('allow only the style sheet of the page', async () => {
    using served = servedInventory();
    const response = await served.send('reports/virtualMachines.html');
    const [, style = ''] = /<style>([\s\S]*)<\/style>/.exec(await response.text()) ?? [];
    const hash = createHash('sha256').update(style).digest('base64');
    expect(response.headers.get('content-security-policy')).toBe(
      `default-src 'none'; style-src 'sha256-${hash}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`,
    );
    expect(response.headers.get('content-disposition')).toMatch(/^inline;/);
  });

  test('are cancelled when the client stops reading', async () => {
    using served = servedInventory();
    const head = await served.send('reports/virtualMachines.csv', { method: 'HEAD' });
    const left = await served.send('reports/virtualMachines.xlsx');
    await left.body?.cancel();
    expect([head.status, served.readers.open]).toEqual([200, 0]);
  });

  test('are workbooks with every report and the coverage', async () => {
    using served = servedInventory();
    const parts = unzipSync(await (await served.send('reports/principals.xlsx')).bytes());
    const coverage = Buffer.from(parts['xl/worksheets/sheet5.xml'] ?? []).toString();
    expect(Object.keys(parts)).toHaveLength(10);
    expect(coverage).toContain('AuthorizationFailed');
  });

  test.each([
    ['a part of a resource group', 'ROUP-1', [0, 1, 2, 3, 4, 9]],
    ['a part of a name', 'm-1', [1]],
    ['a part of the id of a machine', machineId('vm-2').slice(20), [2]],
    ['a subscription and a name', `vm-&subscriptionId=${sub2}`, [9]],
    ['a part of a principal id, which no machine has in its id', principalOf(3).slice(0, 8), []],
  ])('show the principals of machines that contain %s', async (_, text, expected) => {
    using served = servedInventory();
    const path = `reports/virtualMachines.xlsx?contains=${text}`;
    const parts = unzipSync(await (await served.send(path)).bytes());
    const sheet = Buffer.from(parts['xl/worksheets/sheet2.xml'] ?? []).toString();
    const shown = [...new Set(sheet.match(/aaaaaaaa-[\w-]{27}/g))].toSorted();
    expect(shown).toEqual(expected.map(principalOf));
  });
});

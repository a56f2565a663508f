import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { readTemplate, root } from './templates.ts';

const storage = await readTemplate('modules/storage.bicep');

interface Rule {
  readonly name: string;
  readonly prefixes: readonly string[];
  /** Days after which the current version, or an earlier one, is deleted; null = never. */
  readonly days: { readonly current: string | null; readonly earlier: string | null };
}

/** The rules of the life cycle, with `inventory` as the container. */
const rules = readRules();

/** The rules that delete a blob, each with its days. `version`: current, or one that was deleted or replaced. */
function deleting(blob: string, version: 'current' | 'earlier'): readonly string[] {
  return rules.flatMap(({ prefixes, days }) =>
    prefixes.some((prefix) => blob.startsWith(prefix)) ? (days[version] ?? []) : [],
  );
}

test('the life cycle touches no current database, pointer or report, and no package', () => {
  const blobs = [
    'inventory/databases/20261121T060000Z-3f2a-0123abcd.sqlite.zst',
    'inventory/latest.json',
    'inventory/reports/virtualMachines.csv',
    'azure-webjobs-secrets/func/host.json',
    'app-package/released-package.zip',
  ];

  expect(rules.length).toBeGreaterThan(1);
  expect(blobs.flatMap((blob) => deleting(blob, 'current'))).toEqual([]);
  expect(deleting('app-package/released-package.zip', 'earlier')).toEqual([]);
});

test.each([
  'inventory/databases/20261121T060000Z-3f2a-0123abcd.sqlite.zst',
  'inventory/latest.json',
  'inventory/reports/virtualMachines.csv',
  'azure-webjobs-hosts/timers/func/inventory-watchdog/status',
  'azure-webjobs-secrets/func/host.json',
])('%s: versions that were deleted or replaced expire after versionDays', (blob) => {
  expect(deleting(blob, 'earlier')).toEqual(['versionDays']);
});

test('versions of the leases of Durable Functions expire, under the name that host.json gives them', async () => {
  const host = JSON.parse(await readFile(join(root, 'host.json'), 'utf8'));
  const container = `${String(host.extensions.durableTask.hubName).toLowerCase()}-leases`;

  expect(deleting(`${container}/default/intent/control-00`, 'earlier')).toEqual(['versionDays']);
  expect(deleting(`${container}/default/intent/control-00`, 'current')).toEqual([]);
});

test('records of single runs expire after runRecordDays', () => {
  const record = 'inventory/runs/20261121T060000Z-3f2a/run.json';

  expect([deleting(record, 'current'), deleting(record, 'earlier')]).toEqual([['runRecordDays'], ['runRecordDays']]);
});

test('what is deleted can be restored for 30 days, and what is replaced as a version', () => {
  expect(storage.text).toContain('isVersioningEnabled: true');
  expect(storage.text).toMatch(/ deleteRetentionPolicy: \{\n\s+enabled: true\n\s+days: 30\n/);
});

function readRules(): readonly Rule[] {
  const list = /^var versionedPrefixes = \[\n([\s\S]*?)^\]/m.exec(storage.text)?.[1] ?? '';
  const texts = (text: string): string[] =>
    [...text.matchAll(/'([^']*)'/g)].map(([, one = '']) => one.replace(/^\$\{inventoryContainer\.name\}/, 'inventory'));
  return [...storage.text.matchAll(/^ {8}\{\n {10}name: '([\w-]+)'\n([\s\S]*?)^ {8}\}/gm)].map(
    ([, name = '', body = '']) => {
      const [, prefixes = ''] = /prefixMatch: (.*)/.exec(body) ?? [];
      const daysOf = (kind: string) =>
        new RegExp(`^ {14}${kind}: \\{\\n {16}delete: \\{\\n {18}\\w+: (\\w+)\\n`, 'm').exec(body)?.[1] ?? null;
      return {
        name,
        prefixes: prefixes === 'versionedPrefixes' ? texts(list) : texts(prefixes),
        days: { current: daysOf('baseBlob'), earlier: daysOf('version') },
      };
    },
  );
}

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { BlobServiceClient } from '@azure/storage-blob';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { TokenSource } from '../../lib/azure/token.ts';
import { readAcceptedFindings } from '../../lib/published/read-accepted-findings.ts';
import { readSettings } from '../../lib/settings.ts';
import { newAzuriteAccount } from '../support/azurite-account.ts';

const never = new AbortController().signal;
const noTokens: TokenSource = {
  source: 'Unknown',
  endpoint: null,
  token: () => Promise.reject(new Error('no token is needed for a file')),
};
let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'accepted-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const read = (content: string | Buffer) => {
  const path = join(folder, 'accepted.json');
  writeFileSync(path, content);
  const environment = { INVENTORY_ACCEPTED_FINDINGS: path };
  return readAcceptedFindings(readSettings(environment), environment, noTokens, never);
};

test('fields that an entry leaves out are null', async () => {
  const accepted = await read(
    '[{"rule":"sharedIdentity","principalId":"p","reason":"build farm","expires":"2027-01-01"}]',
  );

  expect(accepted).toEqual([
    { rule: 'sharedIdentity', principalId: 'p', resourceId: null, reason: 'build farm', expires: '2027-01-01' },
  ]);
});

const marked = '\uFEFF[{"rule":"sharedIdentity","principalId":"p","reason":"Grüße","expires":"2027-01-01"}]';

test.each([
  ['UTF-8', Buffer.from(marked)],
  ['UTF-16, as Windows PowerShell writes it', Buffer.from(marked, 'utf16le')],
  ['UTF-16 with the high byte first', Buffer.from(marked, 'utf16le').swap16()],
])('a byte order mark before the list is skipped: %s', async (_encoding, content) => {
  expect(await read(content)).toMatchObject([{ rule: 'sharedIdentity', principalId: 'p', reason: 'Grüße' }]);
});

test.each([
  ['no JSON', '{', 'its text'],
  ['an unknown rule', '[{"rule":"x","principalId":"p","reason":"r","expires":"2027-01-01"}]', '0.rule'],
  ['no reason', '[{"rule":"sharedIdentity","principalId":"p","expires":"2027-01-01"}]', '0.reason'],
  ['a date that is none', '[{"rule":"sharedIdentity","principalId":"p","reason":"r","expires":"soon"}]', '0.expires'],
  [
    'neither resource nor principal',
    '[{"rule":"sharedIdentity","reason":"r","expires":"2027-01-01"}]',
    'resourceId or',
  ],
])('%s is refused, and the message says where', async (_what, content, where) => {
  await expect(read(content)).rejects.toMatchObject({
    code: 'InvalidConfiguration',
    message: expect.stringContaining(where),
  });
});

const entry = '{"rule":"sharedIdentity","principalId":"p","reason":"r","expires":"2027-01-01"}';

test('a file of 256 kB is read, a larger one is refused', async () => {
  const most = `[${entry}${' '.repeat(256 * 1024 - entry.length - 2)}]`;

  expect(await read(most)).toHaveLength(1);
  await expect(read(`${most} `)).rejects.toMatchObject({
    code: 'InvalidConfiguration',
    message: expect.stringContaining('is larger than 256 kB'),
  });
});

test('a file without an end is refused', async () => {
  const environment = { INVENTORY_ACCEPTED_FINDINGS: '/dev/zero' };

  const reading = readAcceptedFindings(readSettings(environment), environment, noTokens, never);

  await expect(reading).rejects.toMatchObject({ message: expect.stringContaining('is larger than 256 kB') });
});

test('a blob of more than 256 kB is refused', async () => {
  const { connectionString } = await newAzuriteAccount();
  const container = BlobServiceClient.fromConnectionString(connectionString).getContainerClient('settings');
  await container.create();
  const blob = container.getBlockBlobClient('accepted findings.json');
  const environment = { AzureWebJobsStorage: connectionString, INVENTORY_ACCEPTED_FINDINGS: blob.url };
  const readBlob = () => readAcceptedFindings(readSettings(environment), environment, noTokens, never);

  await blob.uploadData(Buffer.from(`[${entry}]`));
  const accepted = await readBlob();
  await blob.uploadData(Buffer.from(`[${entry}${' '.repeat(256 * 1024)}]`));

  expect(accepted).toHaveLength(1);
  await expect(readBlob()).rejects.toMatchObject({
    code: 'InvalidConfiguration',
    message: expect.stringContaining('is larger than 256 kB'),
  });
});

test.each([
  'https://evil.example/inventory/a.json',
  'https://contoso.blob.core.windows.net/inventory',
  'a\u0000b',
  '..',
])('%j is refused with the name of the setting, and no token is fetched', async (place) => {
  const environment = { INVENTORY_ACCEPTED_FINDINGS: place };

  const reading = readAcceptedFindings(readSettings(environment), environment, noTokens, never);

  await expect(reading).rejects.toMatchObject({
    code: 'InvalidConfiguration',
    message: expect.stringContaining('INVENTORY_ACCEPTED_FINDINGS'),
    withoutValues: 'INVENTORY_ACCEPTED_FINDINGS cannot be used',
  });
});

test('a message quotes no long value', async () => {
  const reading = read(`[{"rule":"${'x'.repeat(100_000)}"}]`);

  await expect(reading).rejects.toMatchObject({ message: expect.stringMatching(/^.{100,1000}$/) });
});

test('a missing file is named', async () => {
  const environment = { INVENTORY_ACCEPTED_FINDINGS: join(folder, 'missing.json') };

  const reading = readAcceptedFindings(readSettings(environment), environment, noTokens, never);

  await expect(reading).rejects.toMatchObject({ message: expect.stringContaining('missing.json') });
});

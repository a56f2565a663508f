import { createReadStream } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pipeline, Readable } from 'node:stream';
import { createZstdDecompress } from 'node:zlib';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { replayBatch } from '../../lib/collect/batch/replay-batch.ts';
import { writeBatch } from '../../lib/collect/batch/write-batch.ts';
import type { KindReading, ReadingSink } from '../../lib/inventory/reading.ts';
import { guid, machine } from '../support/readings.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'batch-'));
});
afterAll(() => rm(folder, { recursive: true }));

const readAt = '2026-11-21T06:00:00.000Z';
const ending: KindReading = {
  subscriptionId: guid(1),
  kind: 'virtualMachines',
  status: 'partial',
  count: 3,
  requests: 2,
  pages: 2,
  readAt,
  reason: { code: 'X', message: 'zwölf\nlines', hint: null },
  retries: 1,
  throttledMilliseconds: 5,
  requestId: 'r',
};

/** A sink that remembers what it was told. */
function recorder(): ReadingSink & { readonly told: unknown[][] } {
  const told: unknown[][] = [];
  return {
    told,
    begin: (...told1) => void told.push(['begin', ...told1]),
    machines: (...told1) => void told.push(['machines', ...told1]),
    powerStates: (...told1) => void told.push(['powerStates', ...told1]),
    identities: (...told1) => void told.push(['identities', ...told1]),
    roleAssignments: (...told1) => void told.push(['roleAssignments', ...told1]),
    roleDefinitions: (...told1) => void told.push(['roleDefinitions', ...told1]),
    end: (...told1) => void told.push(['end', ...told1]),
  };
}

function tellAll(sink: ReadingSink): void {
  sink.begin(guid(1), readAt);
  sink.begin(guid(2), readAt);
  sink.machines(guid(1), [
    machine('vm-1'),
    machine('Vm-2', { name: 'vm-2', resourceGroup: 'RG', tags: { 'a"b': 'ü\n' }, zones: ['1', '2'] }),
    machine('vm-3', {
      subscriptionId: guid(3),
      vmId: null,
      vmSize: null,
      osType: null,
      timeCreated: null,
      resourceGroup: 'other',
    }),
    machine('set-1', { type: 'Microsoft.Compute/virtualMachineScaleSets', id: '/odd/id', instanceCount: 3 }),
  ]);
  sink.powerStates(guid(1), [{ id: machine('vm-1').id, powerState: 'PowerState/running' }]);
  sink.identities(guid(1), [{ id: '/u1', principalId: 'p', clientId: null, tenantId: 't' }]);
  sink.roleAssignments(guid(1), [
    { id: '/a1', scope: '/', roleDefinitionId: '/r1', principalId: 'p', condition: '@x eq "1"' },
    { id: '/a2', scope: '/s', roleDefinitionId: '/r1', principalId: 'q', condition: null },
  ]);
  sink.roleDefinitions(guid(1), [{ id: '/r1', roleName: 'Own', permissions: [{ actions: ['*'], notActions: ['x'] }] }]);
  sink.end(ending);
}

function replay(path: string, sink: ReadingSink): Promise<void> {
  return replayBatch(
    pipeline(createReadStream(path), createZstdDecompress(), () => undefined),
    sink,
    'batch 0',
  );
}

test('A batch tells a sink what its writer was told, in that order', async () => {
  const path = join(folder, 'round-trip');
  const direct = recorder();
  const replayed = recorder();
  tellAll(direct);

  const writer = writeBatch(path);
  tellAll(writer);
  const counts = await writer.finish();
  await replay(path, replayed);

  expect(replayed.told).toEqual(direct.told);
  expect(counts).toEqual({ subscriptions: 2, virtualMachines: 3, requests: 2 });
});

test('A page of many machines comes back whole, in pieces', async () => {
  const path = join(folder, 'many');
  const machines = Array.from({ length: 5_000 }, (_, number) => machine(`vm-${number}`));
  const writer = writeBatch(path);
  writer.begin(guid(1), readAt);
  writer.machines(guid(1), machines);
  await writer.finish();

  const replayed = recorder();
  await replay(path, replayed);

  const pages = replayed.told.filter(([kind]) => kind === 'machines').map((told) => told[2]);
  expect(pages.length).toBeGreaterThan(1);
  expect(pages.flat()).toEqual(machines);
});

test('A batch that is cut off anywhere is refused', async () => {
  const path = join(folder, 'whole');
  const writer = writeBatch(path);
  tellAll(writer);
  await writer.finish();
  const bytes = await readFile(path);

  for (const length of [0, 1, 10, Math.floor(bytes.length / 2), bytes.length - 20]) {
    const cut = join(folder, `cut-${length}`);
    await writeFile(cut, bytes.subarray(0, length));
    await expect(replay(cut, recorder()), `${length} bytes`).rejects.toMatchObject({ code: 'BatchDamaged' });
  }
});

test.each([
  ['', 'cut off'],
  ['["batch",2]\n["begin","s","t"]\n', 'cut off'],
  ['["batch",3]\n["done",{}]\n', 'does not begin'],
  ['["batch",2]\n{}\n', 'no array'],
  ['["batch",2]\nx\n', 'no JSON'],
  ['["batch",2]\n["other"]\n', 'no known kind'],
])('Lines %j are refused as damaged: %s', async (text, why) => {
  await expect(replayBatch(Readable.from([Buffer.from(text)]), recorder(), 'batch 0')).rejects.toMatchObject({
    code: 'BatchDamaged',
    message: expect.stringContaining(why),
  });
});

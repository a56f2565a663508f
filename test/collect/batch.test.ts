import { createReadStream } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pipeline, Readable } from 'node:stream';
import { createZstdDecompress, zstdDecompressSync } from 'node:zlib';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { BatchCounts } from '../../lib/azure/store/batches.ts';
import { replayBatch } from '../../lib/collect/batch/replay-batch.ts';
import { writeBatch } from '../../lib/collect/batch/write-batch.ts';
import type { KindReading, ReadingEvent, ReadingSink } from '../../lib/inventory/reading.ts';
import { guid, machine } from '../support/readings.ts';
import { recordEvents } from '../support/recorded-events.ts';

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

const events: readonly ReadingEvent[] = [
  { type: 'begin', subscriptionId: guid(1), readAt },
  { type: 'begin', subscriptionId: guid(2), readAt },
  {
    type: 'machines',
    subscriptionId: guid(1),
    rows: [
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
    ],
  },
  {
    type: 'powerStates',
    subscriptionId: guid(1),
    rows: [{ id: machine('vm-1').id, powerState: 'PowerState/running' }],
  },
  {
    type: 'identities',
    subscriptionId: guid(1),
    rows: [{ id: '/u1', principalId: 'p', clientId: null, tenantId: 't' }],
  },
  {
    type: 'roleAssignments',
    subscriptionId: guid(1),
    rows: [
      { id: '/a1', scope: '/', roleDefinitionId: '/r1', principalId: 'p', condition: '@x eq "1"' },
      { id: '/a2', scope: '/s', roleDefinitionId: '/r1', principalId: 'q', condition: null },
    ],
  },
  {
    type: 'roleDefinitions',
    subscriptionId: guid(1),
    rows: [
      {
        id: '/r1',
        roleName: 'Own',
        permissions: [{ actions: ['*'], notActions: ['x'], dataActions: ['d'], notDataActions: null }],
      },
    ],
  },
  { type: 'end', reading: ending },
];

async function writeEvents(path: string, written: readonly ReadingEvent[]): Promise<BatchCounts> {
  const writer = writeBatch(path);
  written.forEach(writer.write);
  return await writer.finish();
}

function replay(path: string, sink: ReadingSink): Promise<void> {
  return replayBatch(
    pipeline(createReadStream(path), createZstdDecompress(), () => undefined),
    sink,
    'batch 0',
  );
}

test('A batch returns the events that were written, in that order', async () => {
  const path = join(folder, 'round-trip');
  const replayed = recordEvents();

  const counts = await writeEvents(path, events);
  await replay(path, replayed.write);

  expect(replayed.events).toEqual(events);
  expect(counts).toEqual({ subscriptions: 2, virtualMachines: 3, requests: 2 });
});

test('A page of many machines returns complete, in several lines', async () => {
  const path = join(folder, 'many');
  const machines = Array.from({ length: 5_000 }, (_, number) => machine(`vm-${number}`));
  await writeEvents(path, [
    { type: 'begin', subscriptionId: guid(1), readAt },
    { type: 'machines', subscriptionId: guid(1), rows: machines },
  ]);

  const replayed = recordEvents();
  await replay(path, replayed.write);

  expect(replayed.events.filter(({ type }) => type === 'machines').length).toBeGreaterThan(1);
  expect(replayed.rows('machines')).toEqual(machines);
});

test('A batch that is cut off anywhere is refused', async () => {
  const path = join(folder, 'whole');
  await writeEvents(path, events);
  const bytes = await readFile(path);

  for (const length of [0, 1, 10, Math.floor(bytes.length / 2), bytes.length - 20]) {
    const cut = join(folder, `cut-${length}`);
    await writeFile(cut, bytes.subarray(0, length));
    await expect(replay(cut, recordEvents().write), `${length} bytes`).rejects.toMatchObject({ code: 'BatchDamaged' });
  }
});

test('A batch whose bytes are wrong is called damaged, not cut off', async () => {
  const path = join(folder, 'wrong');
  await writeEvents(path, events);
  const bytes = await readFile(path);
  bytes.fill(0, 0, 4);
  await writeFile(path, bytes);

  const replaying = replay(path, recordEvents().write);

  await expect(replaying).rejects.toMatchObject({
    code: 'BatchDamaged',
    message: expect.stringContaining('it is not compressed, or damaged'),
  });
});

test.each([
  ['', 'cut off'],
  ['["batch",2]\n["begin","s","t"]\n', 'cut off'],
  ['["batch",3]\n["done",{}]\n', 'does not start'],
  ['["batch",2]\n{}\n', 'not an array'],
  ['["batch",2]\nx\n', 'not JSON'],
  ['["batch",2]\n["other"]\n', 'unknown type'],
  ['["batch",2]\n["machines","s",null]\n', 'wrong values'],
  ['["batch",2]\n["machines","s",{"a":1}]\n', 'wrong values'],
  ['["batch",2]\n["machines","s",[null]]\n', 'wrong values'],
  ['["batch",2]\n["machines","s",[[1]]]\n', 'wrong values'],
  ['["batch",2]\n["roleAssignments","s",[7]]\n', 'wrong values'],
  ['["batch",2]\n["end",null]\n', 'wrong values'],
  ['["batch",2]\n["end","x"]\n', 'wrong values'],
])('Lines %j are refused as damaged: %s', async (text, why) => {
  await expect(replayBatch(Readable.from([Buffer.from(text)]), recordEvents().write, 'batch 0')).rejects.toMatchObject({
    code: 'BatchDamaged',
    message: expect.stringContaining(why),
  });
});

test('A line without an end is refused before it fills the memory', async () => {
  const piece = Buffer.alloc(16 * 1024 * 1024, ' ');
  let sent = 0;
  const endless = function* () {
    for (; sent < 64; sent += 1) yield piece;
  };

  const replaying = replayBatch(Readable.from(endless()), recordEvents().write, 'batch 0');

  await expect(replaying).rejects.toMatchObject({ code: 'BatchDamaged', message: expect.stringContaining('too long') });
  expect(sent).toBeLessThan(40);
});

test('The stored lines keep their format', async () => {
  const path = join(folder, 'form');
  await writeEvents(path, events);
  expect(zstdDecompressSync(await readFile(path)).toString('utf8')).toMatchInlineSnapshot(`
    "["batch",2]
    ["begin","00000000-0000-4000-8000-000000000001","2026-11-21T06:00:00.000Z"]
    ["begin","00000000-0000-4000-8000-000000000002","2026-11-21T06:00:00.000Z"]
    ["machines","00000000-0000-4000-8000-000000000001",[["/subscriptions/00000000-0000-4000-8000-000000000001/resourceGroups/rg/providers/Microsoft.Compute/virtualMachines/vm-1","","","","Microsoft.Compute/virtualMachines","westeurope",[],"vm-of-vm-1","Standard_D2s_v5","Linux","Regular","Succeeded","2025-01-01T00:00:00.000Z",{},null,null,"SystemAssigned","principal-of-vm-1","00000000-0000-4000-8000-000000000009",{}],["/subscriptions/00000000-0000-4000-8000-000000000001/resourceGroups/RG/providers/Microsoft.Compute/virtualMachines/Vm-2","","","vm-2","Microsoft.Compute/virtualMachines","westeurope",["1","2"],"vm-of-Vm-2","Standard_D2s_v5","Linux","Regular","Succeeded","2025-01-01T00:00:00.000Z",{"a\\"b":"ü\\n"},null,null,"SystemAssigned","principal-of-Vm-2","00000000-0000-4000-8000-000000000009",{}],["/subscriptions/00000000-0000-4000-8000-000000000003/resourceGroups/other/providers/Microsoft.Compute/virtualMachines/vm-3","00000000-0000-4000-8000-000000000003","","","Microsoft.Compute/virtualMachines","westeurope",[],null,null,null,"Regular","Succeeded",null,{},null,null,"SystemAssigned","principal-of-vm-3","00000000-0000-4000-8000-000000000009",{}],["/odd/id","","rg","set-1","Microsoft.Compute/virtualMachineScaleSets","westeurope",[],"vm-of-set-1","Standard_D2s_v5","Linux","Regular","Succeeded","2025-01-01T00:00:00.000Z",{},null,3,"SystemAssigned","principal-of-set-1","00000000-0000-4000-8000-000000000009",{}]]]
    ["powerStates","00000000-0000-4000-8000-000000000001",[["/subscriptions/00000000-0000-4000-8000-000000000001/resourceGroups/rg/providers/Microsoft.Compute/virtualMachines/vm-1","PowerState/running"]]]
    ["identities","00000000-0000-4000-8000-000000000001",[["/u1","p",null,"t"]]]
    ["roleAssignments","00000000-0000-4000-8000-000000000001",[["/a1","/","/r1","p","@x eq \\"1\\""],["/a2","/s","/r1","q",null]]]
    ["roleDefinitions","00000000-0000-4000-8000-000000000001",[["/r1","Own",[{"actions":["*"],"notActions":["x"],"dataActions":["d"],"notDataActions":null}]]]]
    ["end",{"subscriptionId":"00000000-0000-4000-8000-000000000001","kind":"virtualMachines","status":"partial","count":3,"requests":2,"pages":2,"readAt":"2026-11-21T06:00:00.000Z","reason":{"code":"X","message":"zwölf\\nlines","hint":null},"retries":1,"throttledMilliseconds":5,"requestId":"r"}]
    ["done",{"subscriptions":2,"virtualMachines":3,"requests":2}]
    "
  `);
});

test('A batch of an older version has no data actions of roles: they are not known', async () => {
  const lines = [
    ['batch', 2],
    ['roleDefinitions', guid(1), [['/r1', 'Own', [{ actions: ['*'], notActions: [] }]]]],
    ['done', {}],
  ];
  const replayed = recordEvents();

  await replayBatch(
    Readable.from(lines.map((line) => Buffer.from(`${JSON.stringify(line)}\n`))),
    replayed.write,
    'old',
  );

  expect(replayed.rows('roleDefinitions')).toMatchObject([
    { permissions: [{ actions: ['*'], notActions: [], dataActions: null, notDataActions: null }] },
  ]);
});

import { describe, expect, test } from 'vitest';
import { type VirtualMachine, virtualMachineFields } from '../../lib/inventory/virtual-machine.ts';
import { principalCsv, virtualMachineCsv } from '../../lib/reports/csv.ts';
import { ndjson } from '../../lib/reports/ndjson.ts';
import { at, principal as sample, virtualMachine } from '../support/report-source.ts';

const row = virtualMachine;
const principal = { ...sample, virtualMachines: [], roleAssignments: [], federatedCredentials: [] };

const on = (name: string) => ({ id: `/${name}`, name, subscriptionId: 's', attachedFrom: at, detachedAt: null });

describe('CSV of machines', () => {
  test.each(['=1+1', '+1', '-1', '@SUM(A1)', '\tx', '\rx', '\uff1d1'])('makes the cell %j harmless', (name) => {
    const [, cell] = [...virtualMachineCsv([row(name)], ['name'])].join('').split('name\r\n');

    expect(cell).toMatch(/^"?'/);
  });

  test.each([
    ['a;=1+1', "a;'=1+1"],
    ['a\t@SUM(A1)', "a\t'@SUM(A1)"],
    ['a;;-1;+2', "a;;'-1;'+2"],
    ['a\n=1', '"a\n\'=1"'],
    ['a;"=1', '"a;""\'=1"'],
    ['a;\uff1d1', "a;'\uff1d1"],
    ['=1;=2', "'=1;'=2"],
    ['a;b=1;c-d', 'a;b=1;c-d'],
  ])('makes %j harmless where ; or tab separates cells', (name, cell) => {
    expect([...virtualMachineCsv([row(name)], ['name'])].join('')).toBe(`name\r\n${cell}\r\n`);
  });

  test('makes every tag harmless', () => {
    const tags = { a: '1', '-b': '=2', '@c': '' };

    expect([...virtualMachineCsv([row('vm', { tags })], ['tags'])].join('')).toBe("tags\r\na=1;'-b==2;'@c=\r\n");
  });

  test.each([
    ['a,b', '"a,b"'],
    ['a"b', '"a""b"'],
    ['a\r\nb', '"a\r\nb"'],
    ['a=b', 'a=b'],
  ])('writes %j as in RFC 4180', (name, cell) => {
    expect([...virtualMachineCsv([row(name)], ['name'])].join('')).toBe(`name\r\n${cell}\r\n`);
  });

  test('flattens identity, zones, tags and principal ids', () => {
    const one = row('vm', {
      zones: ['1', '2'],
      tags: { env: 'prod', team: '' },
      principalIds: ['a', 'b'],
      stale: true,
    });
    const text = [...virtualMachineCsv([one], ['zones', 'tags', 'identity', 'principalIds', 'stale'])].join('');

    expect(text.split('\r\n')).toEqual([
      'zones,tags,identity.type,identity.principalId,identity.tenantId,identity.userAssignedIdentities,principalIds,stale',
      `1;2,env=prod;team=,SystemAssigned,principal-of-vm,${one.identity.tenantId},,a;b,true`,
      '',
    ]);
  });

  test('has every field of a machine, in the order of the shape', () => {
    const [header = ''] = [...virtualMachineCsv([])];
    const fields = header
      .trimEnd()
      .split(',')
      .map((name) => name.replace(/\..*/, ''));

    expect([...new Set(fields)]).toEqual(virtualMachineFields);
  });

  test('has only a header without rows, and writes many rows in chunks', () => {
    function* many(): Generator<VirtualMachine> {
      for (let index = 0; index < 1000; index++) yield row(`vm-${index}`);
    }
    const chunks = [...virtualMachineCsv(many(), ['name'])];

    expect([...virtualMachineCsv([], ['name'])]).toEqual(['name\r\n']);
    expect(chunks.length).toBeGreaterThan(3);
    expect(chunks.join('').split('\r\n')).toHaveLength(1002);
  });
});

describe('CSV of principals', () => {
  test('has a row per principal and machine, and one for a principal without machines', () => {
    const rows = [{ ...principal, virtualMachines: [on('a'), on('b')] }, principal];
    const text = [...principalCsv(rows, ['principalId', 'virtualMachines'])].join('');

    expect(text.trimEnd().split('\r\n').slice(1)).toEqual([`p-1,/a,a,s,${at},`, `p-1,/b,b,s,${at},`, 'p-1,,,,,']);
  });

  test('has a row for an id that was never seen', () => {
    const text = [...principalCsv([{ principalId: 'p-2', state: 'neverSeen' }], ['principalId', 'state', 'kind'])].join(
      '',
    );

    expect(text).toBe('principalId,kind,state\r\np-2,,neverSeen\r\n');
  });
});

test('NDJSON is one document per line, even with line breaks in a value', () => {
  const rows = [{ name: 'a\nb' }, { name: 'ü' }, null];
  const lines = [...ndjson(rows)].join('').split('\n');

  expect(lines.pop()).toBe('');
  expect(lines.map((line) => JSON.parse(line))).toEqual(rows);
});

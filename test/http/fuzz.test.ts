import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { caseCount } from '../support/cases.ts';
import { principalOf, servedInventory, sub1 } from './fixtures/served-inventory.ts';

const paths = [
  'virtualMachines',
  `subscriptions/${sub1}/providers/Microsoft.Compute/virtualMachines`,
  `subscriptions/${sub1}/resourceGroups/Group-1/providers/Microsoft.Compute/virtualMachines/vm-1`,
  'principals',
  `principals/${principalOf(1)}`,
  'subscriptions',
  'changes',
  'findings',
  'openapi.json',
  'runs',
  'runs/20261101T000001Z-0001',
  'database',
  'identity',
  'health',
];
const names = [
  'type subscriptionId resourceGroup name location identityType principalId clientId tag powerState osType stale deleted',
  'from to kind resourceId rule severity asOf select orderby maxpagesize skiptoken format state live inline code __proto__ constructor toString',
].flatMap((line) => line.split(' '));
const values = [
  'true',
  'false',
  'any',
  'csv',
  'ndjson',
  'json',
  'name',
  'name desc',
  'id,name',
  '1',
  '1000',
  '99999999999999999999',
  "' OR 1=1 --",
  "'; DROP TABLE run; --",
  '%',
  '_',
  '*',
  'a" OR "1',
  '../../../etc/passwd',
  '..%2f..%2f',
  '\0',
  '\u202e',
  'virtualMachineDeleted',
  'privilegedIdentity',
  'high',
  '/subscriptions/x',
  '/',
  '20261101T000001Z-0001',
  '2026-11-01T02:30:00Z',
  '+275760-09-13',
  '0000-00-00',
  '9999-12-31T23:59:60Z',
  'W251bGwsbnVsbCwwLCIiXQ',
  'eyJ9',
  'x'.repeat(5_000),
  '=',
  '==',
  'env=prod',
  'NaN',
  '-1',
  '1e3',
  '[object Object]',
];
const percents = fc.constantFrom(
  '%',
  '%zz',
  '%00',
  '%ff%fe',
  '%c0%af',
  '%2e%2e%2f',
  '%E0%A4%A',
  '+',
  '%252f',
  '%F0%9F%92%A9',
);

const value = fc.oneof(
  fc.constantFrom(...values).map(encodeURIComponent),
  fc.string({ unit: 'binary', maxLength: 30 }).map((text) => encodeURIComponent(text.toWellFormed())),
  percents,
);
const parameter = fc
  .tuple(fc.oneof({ weight: 6, arbitrary: fc.constantFrom(...names) }, { weight: 1, arbitrary: value }), value)
  .map(([name, text]) => `${name}=${text}`);
const path = fc.oneof(
  { weight: 4, arbitrary: fc.constantFrom(...paths) },
  {
    weight: 2,
    arbitrary: fc
      .tuple(fc.constantFrom(...paths), value)
      .map(([one, text]) => one.replace(/[^/]+$/, text.replaceAll('/', ''))),
  },
);
const request = fc.record({
  path,
  query: fc.array(parameter, { maxLength: 4 }),
  method: fc.constantFrom('GET', 'GET', 'GET', 'GET', 'HEAD', 'POST', 'DELETE'),
  accept: fc.constantFrom('*/*', 'text/csv', 'application/x-ndjson;q=0.1', ',,;;q=q', ''),
  range: fc.constantFrom('bytes=0-', 'bytes=-0', 'bytes=9-1', 'bytes=a', 'lines=1-2', ''),
});

const numRuns = caseCount('FUZZ_REQUESTS', { few: 4000, many: 20_000 });

describe(`${numRuns} odd requests`, () => {
  test('get no 5xx and no stack trace, and leave nothing open', async () => {
    using served = servedInventory();
    await fc.assert(
      fc.asyncProperty(request, async ({ path: one, query, method, accept, range }) => {
        const response = await served.send(`${one}?${query.join('&')}`, { method, headers: { accept, range } });
        const text = await response.text();
        expect(response.status).toBeLessThan(500);
        expect(served.errors).toEqual([]);
        if (response.status >= 400) expect(text).not.toMatch(/\.ts:\d|node:internal|SQLITE|at \w+ \(/);
        expect(served.readers.open).toBe(0);
      }),
      { numRuns, seed: 20_261_121, endOnFailure: true },
    );
  });
});

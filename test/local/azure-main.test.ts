import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { expect, test } from 'vitest';

test('the process prints when it is ready, serves its control routes, and ends with its stdin', async () => {
  const child = spawn(process.execPath, ['local/azure/main.ts', '--subscriptions', '2', '--vms', '3', '--simple'], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const exited = once(child, 'exit');
  const [line] = await once(createInterface({ input: child.stdout }), 'line');
  const ready = JSON.parse(line);
  const control = (path: string, init?: RequestInit) => fetch(`${ready.identityEndpoint}/_local/${path}`, init);
  const post = (path: string, body: unknown) => control(path, { method: 'POST', body: JSON.stringify(body) });

  const truth = await (await control('truth')).json();
  const added = await post('faults', {
    match: { endpoint: 'identity' },
    times: 1,
    answer: { kind: 'status', status: 418 },
  });
  const wrong = await post('faults', { match: {}, answer: { kind: 'nonsense' } });
  const struck = await fetch(`${ready.identityEndpoint}/msi/token`);
  const strikes = await (await control('faults')).json();
  await post('reset', {});
  const again = await post('state', { state: 2 });
  const never = await post('state', { state: 3 });
  const later = await (await control('truth')).json();
  const expected = JSON.parse(await (await control('expected')).text());
  const stats = await (await control('stats')).json();
  const caFileThere = existsSync(ready.caFile);
  child.stdin.end();
  const [code] = await exited;

  expect(truth).toHaveLength(2);
  expect([added.status, wrong.status, struck.status]).toEqual([200, 400, 418]);
  expect([again.status, never.status]).toEqual([200, 400]);
  expect(later).not.toEqual(truth);
  expect(expected.changes.length).toBeGreaterThan(0);
  expect(strikes).toEqual({ strikes: [1] });
  expect(stats).toMatchObject({ requests: 0, byPath: {} });
  expect(Object.keys(ready.environment)).toEqual(['AppService', 'IMDS', 'CloudShell']);
  expect(caFileThere).toBe(true);
  expect(code).toBe(0);
  expect(existsSync(ready.caFile)).toBe(false);
});

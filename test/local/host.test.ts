import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { buildFixture, type HostProcess, startHostProcess } from './host-process.ts';

let app: Awaited<ReturnType<typeof buildFixture>>;
beforeAll(async () => {
  app = await buildFixture();
});
afterAll(() => app.remove());

function fire(host: HostProcess, name: string, headers: Record<string, string> = {}, body = '{"input":null}') {
  return fetch(`${host.url}/admin/functions/${name}`, {
    method: 'POST',
    body,
    headers: { 'content-type': 'application/json', ...headers },
  });
}

describe('the host process', () => {
  test('prints its functions ordered by name, with routes, methods and levels', async () => {
    const host = await startHostProcess(app.bundle);

    const names = host.functions.map((fn) => fn.name);

    expect(names).toEqual([...names].sort((a, b) => (a.toUpperCase() < b.toUpperCase() ? -1 : 1)));
    expect(host.functions).toContainEqual({
      name: 'guarded',
      type: 'httpTrigger',
      route: 'guarded',
      methods: ['GET'],
      authLevel: 'function',
    });
    expect(host.functions).toContainEqual({
      name: 'nightly',
      type: 'timerTrigger',
      route: null,
      methods: null,
      authLevel: null,
    });
    expect(host.keys).toBeNull();
    await host.end();
  });

  test('logs which functions it leaves out and why: a missing setting, an unsupported trigger, a reserved route', async () => {
    const host = await startHostProcess(app.bundle);

    const [unset, queued, reserved] = await Promise.all(
      [/\[unset\]/, /\[queued\]/, /\[reserved\]/].map((pattern) => host.line(pattern)),
    );

    expect(unset).toMatch(/ error .*'%NOT_SET%' does not resolve to a value/);
    expect(queued).toMatch(/ error .*no trigger of type "queueTrigger"/);
    expect(reserved).toMatch(/ error .*the route "runtimes\/x" conflicts with one or more built-in routes/);
    expect(host.functions.map((fn) => fn.name)).not.toContain('unset');
    await host.end();
  });

  test.each(['SIGTERM', 'SIGINT', 'stdin'] as const)(
    'ends cleanly by %s and runs the appTerminate hooks',
    async (how) => {
      const host = await startHostProcess(app.bundle);

      const code = await host.end(how);

      expect(code).toBe(0);
      expect(host.lines()).toContain('terminated, started: yes');
    },
  );

  test('continues when its log is no longer read', async () => {
    const host = await startHostProcess(app.bundle);
    host.process.stderr?.destroy();

    const failed = await fetch(`${host.url}/api/throws`);
    const after = await fetch(`${host.url}/api/order/1`);

    expect([failed.status, after.status]).toEqual([500, 200]);
    expect(await host.end()).toBe(0);
  });

  test('ends with an error line when the bundle is missing', async () => {
    const child = spawn(process.execPath, [
      join(import.meta.dirname, '../../local/host/main.ts'),
      '--bundle',
      '/nowhere/app.cjs',
      '--port',
      '0',
    ]);
    let stderr = '';
    child.stderr.on('data', (chunk) => {
      stderr += chunk;
    });

    const [code] = await once(child, 'close');

    expect(code).toBe(1);
    expect(stderr).toMatch(/critical \[host\].*nowhere/);
  });
});

describe('timers', () => {
  let host: HostProcess;
  beforeAll(async () => {
    host = await startHostProcess(app.bundle);
  });
  afterAll(() => host.end());

  test('fire on request, with their schedule and its status', async () => {
    const answer = await fire(host, 'NIGHTLY');

    expect(answer.status).toBe(202);
    const fired: unknown = await (await fetch(`${host.url}/api/fired`)).json();
    expect(fired).toEqual([
      {
        schedule: { adjustForDST: true },
        scheduleStatus: {
          last: '0001-01-01T00:00:00',
          next: expect.stringMatching(/T\d\d:\d\d:00\.000\+00:00$/),
          lastUpdated: '0001-01-01T00:00:00',
        },
        isPastDue: false,
      },
    ]);
  });

  test('fire by their schedule, without a status if that is more than once a minute', async () => {
    const line = await host.line(/\[everySecond\] tick/);

    expect(line).toMatch(/tick null$/);
  });

  test('run at the start if configured so', async () => {
    const line = await host.line(/\[onStartup\] ran/);

    expect(line).toContain('ran at the start');
  });

  test('are retried according to their policy', async () => {
    await fire(host, 'flaky');

    const last = await host.line(/\[flaky\] attempt 3/);

    expect(last).toMatch(/warning \[flaky\] attempt 3, retry 2$/);
    expect(host.lines().filter((line) => / error \[flaky\] failed /.test(line))).toHaveLength(2);
  });

  test.each([
    ['unknown', '{"input":1}', 'application/json', 404],
    ['echo', '{"input":1}', 'application/json', 202],
    ['nightly', '', 'application/json', 400],
    ['nightly', '{"input":1}', 'text/plain', 415],
  ])('answer a request to fire %s with body %j as %s: %i … %i', async (name, body, type, status) => {
    const answer = await fire(host, name, { 'content-type': type }, body);

    expect(answer.status).toBe(status);
  });
});

describe('keys', () => {
  let host: HostProcess;
  beforeAll(async () => {
    host = await startHostProcess(app.bundle, { keys: true, env: { STREAM: 'true' } });
  });
  afterAll(() => host.end());

  const key = (name: 'master' | 'host' | 'guarded' | 'echo'): string => {
    const { keys } = host;
    return (name === 'master' || name === 'host' ? keys?.[name] : keys?.functions[name]) ?? 'missing';
  };
  const status = async (path: string, headers: Record<string, string> = {}) => {
    const answer = await fetch(`${host.url}${path}`, { headers });
    return answer.status === 401 ? `401 ${await answer.text()}` : answer.status;
  };

  test('open a function to its own key, the host key and the master key, by header or query', async () => {
    const seen = [
      await status('/api/guarded', { 'x-functions-key': key('guarded') }),
      await status('/api/guarded', { 'x-functions-key': key('host') }),
      await status('/api/guarded', { 'x-functions-key': key('master') }),
      await status(`/api/guarded?code=${key('guarded')}`),
    ];

    expect(seen).toEqual([200, 200, 200, 200]);
  });

  test("refuse everyone else with an empty 401: no key, a wrong one, another function's, a wrong header with a right query", async () => {
    const seen = [
      await status('/api/guarded'),
      await status('/api/guarded', { 'x-functions-key': 'wrong' }),
      await status('/api/guarded', { 'x-functions-key': key('echo') }),
      await status(`/api/guarded?code=${key('guarded')}`, { 'x-functions-key': 'wrong' }),
    ];

    expect(seen).toEqual(['401 ', '401 ', '401 ', '401 ']);
  });

  test('require no key for anonymous functions and only accept the master key for admin', async () => {
    const seen = [
      await status('/api/order/1'),
      await status('/api/master', { 'x-functions-key': key('host') }),
      await status('/api/master', { 'x-functions-key': key('master') }),
      (await fire(host, 'nightly')).status,
      (await fire(host, 'nightly', { 'x-functions-key': key('host') })).status,
      (await fire(host, 'nightly', { 'x-functions-key': key('master') })).status,
    ];

    expect(seen).toEqual([200, '401 ', 200, 401, 403, 202]);
  });
});

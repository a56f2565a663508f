import { readdir, readFile, readlink } from 'node:fs/promises';
import { Agent, get, request as httpRequest } from 'node:http';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { buildFixture, type HostProcess, startHostProcess } from './host-process.ts';

let app: Awaited<ReturnType<typeof buildFixture>>;
beforeAll(async () => {
  app = await buildFixture();
});
afterAll(() => app.remove());

/** A request with exactly this target and these headers. */
function raw(url: string, method: string, target: string, headers: Record<string, string> = {}) {
  const { hostname, port } = new URL(url);
  return new Promise<{ status: number | undefined; body: string }>((resolve, reject) => {
    const sent = httpRequest({ hostname, port, method, path: target, headers }, (answer) => {
      let body = '';
      answer.on('data', (chunk) => {
        body += chunk;
      });
      answer.on('end', () => resolve({ status: answer.statusCode, body }));
    });
    sent.on('error', reject).end();
  });
}

describe.each([{ streaming: true }, { streaming: false }])('an app with streaming=$streaming', ({ streaming }) => {
  let host: HostProcess;
  beforeAll(async () => {
    host = await startHostProcess(app.bundle, { env: { STREAM: String(streaming) } });
  });
  afterAll(() => host.end());

  test('passes method, parameters, query, headers and body to the function, and returns its answer', async () => {
    const target = `${host.url}/api/echo/one/two?x=1&y=2`;

    const answer = await fetch(target, { method: 'POST', body: 'hello', headers: { 'x-in': 'header' } });

    expect(answer.status).toBe(201);
    expect(answer.headers.get('x-one')).toBe('one');
    expect(answer.headers.get('content-type')).toBe('application/json');
    expect(answer.headers.get('set-cookie')?.toLowerCase()).toBe('c=v; path=/; httponly');
    expect(await answer.json()).toMatchObject({
      method: 'POST',
      url: target,
      params: { first: 'one', second: 'two' },
      query: { x: '1', y: '2' },
      header: 'header',
      body: 'hello',
    });
  });

  test('leaves no connection hanging when the function has read only a part of the body', async () => {
    const { hostname, port } = new URL(host.url);
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    const send = (body: string) =>
      new Promise<number | string | undefined>((resolve) => {
        const sent = httpRequest({ hostname, port, path: '/api/readsSome', method: 'POST', agent }, (answer) => {
          answer.resume().on('end', () => resolve(answer.statusCode));
        });
        sent.on('error', () => resolve('hung up'));
        sent.write(body); // before the end: without a content-length
        sent.end();
      });
    try {
      const first = await send('x'.repeat(2_000_000));
      const second = await send('short');

      expect(first).toBe(200);
      // A closed connection is opened again.
      expect(second === 'hung up' ? await send('short') : second).toBe(200);
    } finally {
      agent.destroy();
    }
  });

  test("passes the caller's trace context on, and has none without Application Insights", async () => {
    const traceparent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';

    const passed = await fetch(`${host.url}/api/echo/x`, { headers: { traceparent } });
    const none = await fetch(`${host.url}/api/echo/x`);

    expect(await passed.json()).toMatchObject({ traceParent: traceparent });
    expect(await none.json()).toMatchObject({ traceParent: '' });
  });

  test('decodes parameters like ASP.NET Core: everything but an escaped slash and invalid UTF-8', async () => {
    const answer = await raw(host.url, 'GET', '/api/echo/a%20b%2Fc%C3%A9/%ff?');

    expect(JSON.parse(answer.body)).toMatchObject({ params: { first: 'a b%2Fcé', second: '%ff' } });
  });

  test('matches the first route by function name, without regard to specificity', async () => {
    const whole = await fetch(`${host.url}/api/order/12`);
    const text = await fetch(`${host.url}/API/ORDER/x/`);

    expect(await whole.text()).toBe('a-first');
    expect(await text.text()).toBe('b-second');
  });

  test('gives the rest of the path to a catch-all', async () => {
    const deep = await fetch(`${host.url}/api/page/a/b.css`);
    const none = await fetch(`${host.url}/api/page`);

    expect(await deep.json()).toEqual({ file: 'a/b.css' });
    expect(await none.json()).toEqual({});
  });

  test.each([
    ['GET', '/api/unknown', 404],
    ['DELETE', '/api/order/12', 404],
    ['HEAD', '/api/order/12', 404],
    ['GET', '/order/12', 404],
    ['GET', '/api/order//', 404],
    ['GET', '/api/order/%00', 400],
    ['GET', `/api/order/${'x'.repeat(8200)}`, 414],
    ['GET', '/api/x/../order/12', 200],
    ['GET', 'http://elsewhere.example/api/order/12', 400],
    ['HEAD', '/api/notModified', 304],
    ['GET', '/api/notModified', 304],
    ['GET', '/api/guarded', 200],
  ])('answers %s %s with %i', async (method, target, status) => {
    const answer = await raw(host.url, method, target);

    expect(answer.status).toBe(status);
    if (status >= 300) expect(answer.body).toBe('');
  });

  test('refuses an invalid Host header, and a body over the limit before it is sent', async () => {
    const badHost = await raw(host.url, 'GET', '/api/order/1', { host: 'a b' });
    const tooLong = await raw(host.url, 'POST', '/api/echo/1', { 'content-length': String(2 ** 31) });

    expect(badHost.status).toBe(400);
    expect(tooLong.status).toBe(500);
  });

  test('refuses CONNECT with an answer', async () => {
    const { hostname, port } = new URL(host.url);

    const status = await new Promise((resolve, reject) => {
      const sent = httpRequest({ hostname, port, method: 'CONNECT', path: 'elsewhere.example:443' });
      sent.on('connect', (answer) => resolve(answer.statusCode)).on('error', reject);
      sent.end();
    });

    expect(status).toBe(400);
  });

  test('answers an absolute URL of its own, and shows a page at its root', async () => {
    const own = await raw(host.url, 'GET', `${host.url}/api/order/12`);
    const root = await fetch(host.url);

    expect([own.status, root.status, root.headers.get('content-type')]).toEqual([200, 200, 'text/html']);
  });

  test('lets hooks replace results and log lines', async () => {
    const answer = await fetch(`${host.url}/api/hooked`);
    await fetch(`${host.url}/api/echo/x`);

    expect(await answer.text()).toBe('replaced after hooked');
    expect(await host.line(/\[echo\]/)).toMatch(/ information \[echo\] a \*\*\*\\nin two lines$/);
  });

  test('serves many requests at the same time without mixing them up', async () => {
    const names = Array.from({ length: 50 }, (_, index) => `n${index}`);

    const answers = await Promise.all(
      names.map(async (name) => (await fetch(`${host.url}/api/echo/${name}`, { method: 'POST', body: name })).json()),
    );

    expect(answers).toEqual(names.map((name) => expect.objectContaining({ params: { first: name }, body: name })));
  });
});

describe('an app that streams', () => {
  let host: HostProcess;
  beforeAll(async () => {
    host = await startHostProcess(app.bundle, { env: { STREAM: 'true' } });
  });
  afterAll(() => host.end());

  test('sends each part while the function continues', async () => {
    const answer = await fetch(`${host.url}/api/slow`);
    const reader = answer.body?.pipeThrough(new TextDecoderStream()).getReader();

    const first = await reader?.read();
    await fetch(`${host.url}/api/release`, { method: 'POST' });
    const second = await reader?.read();
    const end = await reader?.read();

    expect([first?.value, second?.value, end?.done]).toEqual(['first ', 'second', true]);
  });

  test('keeps serving after a client leaves in the middle of an answer', async () => {
    await new Promise<void>((resolve) => {
      const request = get(`${host.url}/api/slow`, (answer) =>
        answer.once('data', () => {
          request.destroy();
          resolve();
        }),
      );
    });
    await fetch(`${host.url}/api/release`, { method: 'POST' });

    const after = await fetch(`${host.url}/api/order/1`);

    expect(after.status).toBe(200);
  });

  test.each([
    ['returns nothing', 'nothing', 'warning [nothing] returned nothing'],
    ['throws', 'throws', 'error [throws] failed'],
  ])('leaves a request open whose handler %s, as Azure does, and logs it', async (_, name, logged) => {
    const leave = new AbortController();
    const hanging = fetch(`${host.url}/api/${name}`, { signal: leave.signal });

    const line = await host.line(new RegExp(`\\[${name}\\]`));
    leave.abort();

    expect(line).toContain(logged);
    await expect(hanging).rejects.toThrow('aborted');
  });

  test.skipIf(process.platform !== 'linux')("keeps the library's own server off the network", async () => {
    const proc = `/proc/${host.process.pid}`;
    const descriptors = await readdir(`${proc}/fd`);
    const targets = await Promise.all(
      descriptors.map((fd) => readlink(`${proc}/fd/${fd}`).catch(() => 'closed since')),
    );

    const table = await readFile(`${proc}/net/tcp6`, 'utf8');
    const listening = table
      .split('\n')
      .map((line) => line.trim().split(/\s+/))
      .filter((fields) => fields[3] === '0A' && targets.includes(`socket:[${fields[9]}]`));

    expect(listening).toEqual([]);
  });
});

describe('an app that does not stream', () => {
  test('answers 204 when the handler returns nothing', async () => {
    const host = await startHostProcess(app.bundle);

    const answer = await fetch(`${host.url}/api/nothing`);

    expect(answer.status).toBe(204);
    await host.end();
  });

  test('answers an empty 500 when the function throws, and logs the error in one line', async () => {
    const host = await startHostProcess(app.bundle);

    const answer = await fetch(`${host.url}/api/throws`);

    expect(answer.status).toBe(500);
    expect(await answer.text()).toBe('');
    expect(await host.line(/\[throws\]/)).toMatch(/ error \[throws\] failed .*Error: on purpose\\n/);
    await host.end();
  });
});

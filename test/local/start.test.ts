import { once } from 'node:events';
import { chmod, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { allCases, casesOf } from '../support/cases.ts';
import { isAlive, type StartProcess, startStart } from './start-process.ts';

const small = ['--port', '0', '--subscriptions', '2', '--vms', '5'];

test('--once prints the summary of one run and exits with 0 although the sample tenant cannot be read completely', async () => {
  // No variable of the caller's own Azure reaches the app that reads the sample tenant. A proxy of the caller's network
  // is not used between what runs on this machine.
  await using start = startStart([...small, '--once'], {
    AZURE_CLIENT_ID: '00000000-0000-4000-8000-000000000001',
    AZURE_RESOURCE_MANAGER_ENDPOINT: 'https://localhost:1',
    INVENTORY_STORAGE__blobServiceUri: 'https://nowhere.invalid',
    NODE_USE_ENV_PROXY: '1',
    HTTP_PROXY: 'http://127.0.0.1:1',
    HTTPS_PROXY: 'http://127.0.0.1:1',
  });

  const code = await start.ended();

  expect(code).toBe(0);
  expect(start.text()).toMatch(/Run \d{8}T\d{6}Z-[0-9a-f]{4} succeeded in [\d.]+ s/);
  expect(start.text()).toContain('Complete          no');
  expect(start.text()).toMatch(/Shared Services \(one resource group\)\s+partial\s+\d+\s+NotReaderOnSubscription/);
  expect(start.text()).toMatch(/Acquisitions – Contoso Retail\s+denied\s+0\s+AuthorizationFailed/);
  expect(start.text()).toMatch(/ [0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/);
});

describe('with --open', () => {
  let folder: string;
  let opened: string;
  let start: StartProcess;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'open-'));
    opened = join(folder, 'opened');
    await writeFile(
      join(folder, 'xdg-open'),
      `#!/bin/sh\nprintf '%s|' "$@" > ${opened}.part\nmv ${opened}.part ${opened}\n`,
    );
    await chmod(join(folder, 'xdg-open'), 0o755);
    start = startStart([...small, '--open'], { PATH: `${folder}${delimiter}${process.env.PATH}` });
  });
  afterAll(async () => {
    await start[Symbol.asyncDispose]();
    await rm(folder, { recursive: true, force: true });
  });

  test('without --once a second run one day later prints the changes, and the printed commands work', async () => {
    const [, api] = await start.until(/The API: (\S+)[\s\S]*Ctrl-C to stop everything/);
    const urls = [...start.text().matchAll(/curl -s '?(http[^'\s]+)/g)].map(([, url = '']) => url);

    const runs = JSON.parse(await (await fetch(`${api}/runs`)).text());
    const answers = await Promise.all(urls.map(async (url) => (await fetch(url)).status));

    expect(start.text()).toMatch(
      /One day later in the sample tenant:\s+Run \S+ succeeded[\s\S]+roleInheritanceLost +1\n/,
    );
    expect(start.text()).toMatch(
      /Who caused the first change of each kind[\s\S]+roleAssigned +\S+ +vm-may-assign-roles\n/,
    );
    expect(runs.value).toHaveLength(2);
    expect(answers).toEqual([200, 200, 200]);
  });

  test('prints the address of the page last, with how to stop on the same line', async () => {
    await start.until(/Ctrl-C to stop everything\S*\n/);
    const [, page = ''] = /The page: (\S+) \(press Ctrl-C to stop everything\)\n$/.exec(start.text()) ?? [];

    const answer = await fetch(page);

    expect([answer.status, answer.headers.get('content-type')]).toEqual([200, 'text/html; charset=utf-8']);
  });

  test('opens the page with the program of the system, without a shell', async () => {
    const [, page] = await start.until(/The page: (\S+)/);
    await expect.poll(() => readFile(opened, 'utf8').catch(() => null)).toBe(`${page}|`);
  });
});

describe('with --keys, and --open without a program that opens it', () => {
  let start: StartProcess;
  beforeAll(() => {
    start = startStart([...small, '--keys', '--open'], { PATH: '/nowhere' });
  });
  afterAll(() => start[Symbol.asyncDispose]());

  test('says why the page could not be opened, and everything stays up', async () => {
    await start.until(/The page is not open: xdg-open did not start: .*ENOENT/);
    const page = /The page: (\S+)/.exec(start.text())?.[1] ?? '';

    expect((await fetch(page)).status).toBe(200);
  });

  test('requires keys, and the key is in a file, not in the output', async () => {
    const [, path = '', api = ''] = await start.until(/\$\(cat '([^']+)'\)" '(\S+?)\/virtualMachines/);
    const key = await readFile(path, 'utf8');

    const without = await fetch(`${api}/subscriptions`);
    const withKey = await fetch(`${api}/subscriptions`, { headers: { 'x-functions-key': key } });

    expect([without.status, withKey.status]).toEqual([401, 200]);
    expect(start.text()).not.toContain(key);
  });

  test('has a key for each function, and one for all that only read, and prints where they are', async () => {
    const [, url = ''] = await start.until(/The page: (\S+)\/page \(press/);
    const [, folder = ''] = /(\S+)\/page +for the page/.exec(start.text()) ?? [];
    const statusOf = async (key: string, path: string, method = 'GET') => {
      const headers = { 'x-functions-key': key };
      const response = await fetch(`${url}/${path}`, { method, headers, redirect: 'manual' });
      await response.body?.cancel();
      return response.status;
    };

    const page = await readFile(join(folder, 'page'), 'utf8');
    const findings = await readFile(join(folder, 'functions/findings'), 'utf8');
    const { mode } = await stat(join(folder, 'page'));

    for (const path of ['virtualMachines', 'principals', 'subscriptions', 'changes', 'findings', 'runs', 'identity']) {
      expect([path, await statusOf(page, path)]).toEqual([path, 200]);
    }
    expect(await statusOf(page, 'runs', 'POST')).toBe(401);
    expect(await statusOf(page, 'runs/20260101T000000Z-0000', 'DELETE')).toBe(401);
    expect(await statusOf(page, 'database')).toBe(401);
    expect([await statusOf(findings, 'findings'), await statusOf(findings, 'runs')]).toEqual([200, 401]);
    expect(await statusOf('', 'page')).toBe(200);
    expect(mode & 0o777).toBe(0o600);
    for (const key of [page, findings]) expect(start.text()).not.toContain(key);
  });
});

test.each(casesOf(1, ['SIGINT', 'SIGTERM', 'SIGHUP'] as const))('%s ends every started process', async (signal) => {
  await using start = startStart(small);
  const [, api] = await start.until(/The API: (\S+)[\s\S]*Ctrl-C to stop everything/);
  const pids = start.descendants();
  const before = await fetch(`${api}/health`);

  start.process.kill(signal);
  const code = await start.ended();

  expect(before.status).toBe(200);
  expect(pids).toHaveLength(3);
  expect(code).toBe(0);
  expect(pids.filter(isAlive)).toEqual([]);
});

test.runIf(allCases)('Ctrl-C during the start ends what has started', async () => {
  await using start = startStart(small);
  await start.until(/ {2}Azure /);
  const pids = start.descendants();

  start.process.kill('SIGINT');
  await start.ended();

  expect(pids.length).toBeGreaterThan(0);
  expect(pids.filter(isAlive)).toEqual([]);
});

test.runIf(allCases)('its processes end even when it is killed', async () => {
  await using start = startStart(small);
  await start.until(/Ctrl-C to stop everything/);
  const pids = start.descendants();

  start.process.kill('SIGKILL');
  await start.ended();
  await expect.poll(() => pids.filter(isAlive), { timeout: 20_000 }).toEqual([]);

  expect(pids).toHaveLength(3);
});

test('a wrong setting is printed and served as 503', async () => {
  await using start = startStart(small, { INVENTORY_CONCURRENCY: 'many' });
  await start.until(/The first run failed/);
  const [, url] = await start.until(/The page: (\S+\/api)\/page/);

  const response = await fetch(`${url}/virtualMachines`);

  expect(start.text()).toContain(
    "error InvalidConfiguration: INVENTORY_CONCURRENCY is 'many'; allowed: a whole number",
  );
  expect(response.status).toBe(503);
  expect(response.headers.get('x-ms-error-code')).toBe('InvalidConfiguration');
  expect((await fetch(`${url}/page`)).status).toBe(200);
});

test.runIf(allCases)('with --once a wrong setting gives exit code 1', async () => {
  await using start = startStart([...small, '--once'], { INVENTORY_CONCURRENCY: 'many' });

  expect(await start.ended()).toBe(1);
});

test('a port in use is reported before anything starts', async () => {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => void server.close());
  const address = server.address();
  const port = typeof address === 'object' ? address?.port : undefined;
  await using start = startStart(['--port', `${port}`]);

  const code = await start.ended();

  expect(code).toBe(1);
  expect(start.text()).toBe(
    `error PortInUse: Port ${port} is already in use\nhint: Use any free port: npm start -- --port 0\n`,
  );
});

test.each([
  [
    ['--sbuscriptions', '3'],
    "error InvalidUsage: unknown option '--sbuscriptions'\nhint: Did you mean --subscriptions?\n",
  ],
  [['--vms', 'many'], "option '--vms <n>' argument 'many' is invalid. Allowed: a whole number from 0"],
  [['--azure', '--vms', '3'], "option '--vms <n>' cannot be used with option '--azure'"],
  [['now'], 'too many arguments'],
])('%j is a usage error', async (args, message) => {
  await using start = startStart(args);

  const code = await start.ended();

  expect(code).toBe(2);
  expect(start.text()).toContain(message);
});

test('--func without Core Tools reports that they are missing', async () => {
  await using start = startStart([...small, '--func'], { PATH: '/nowhere' });

  const code = await start.ended();

  expect(code).toBe(1);
  expect(start.text()).toContain("error CoreToolsMissing: Azure Functions Core Tools ('func') are not on the PATH");
});

test.runIf(allCases)('--func starts Core Tools on the project with the settings of the app', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'func-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  // Core Tools as this program sees them: a command that serves the project on a port and then prints "Functions:".
  const host = join(import.meta.dirname, '../../local/host/main.ts');
  await writeFile(
    join(folder, 'func'),
    `#!/bin/sh\n[ "$1 $2 $4" = "start --port --script-root" ] || exit 9\ncd "$5"\n` +
      `"${process.execPath}" "${host}" --bundle dist/functions.cjs --port "$3" | sed -u 's/^/Functions: /'\n`,
  );
  await chmod(join(folder, 'func'), 0o755);
  await using start = startStart([...small, '--func'], { PATH: `${folder}${delimiter}${process.env.PATH}` });
  await start.until(/Ctrl-C to stop everything/);
  const pids = start.descendants();

  start.process.kill('SIGINT');
  await start.ended();

  expect(start.text()).toContain('Core Tools');
  expect(pids.length).toBeGreaterThan(3);
  expect(pids.filter(isAlive)).toEqual([]);
});

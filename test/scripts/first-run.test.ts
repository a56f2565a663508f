import { execFile } from 'node:child_process';
import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { generate } from 'selfsigned';
import { afterEach, beforeEach, expect, test } from 'vitest';

const key = 'secret-of-run-start';
let folder: string;
let server: Server;
let host: string;
let lastRun: unknown;
let started: string[];
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'first-run-'));
  const certificate = await generate([{ name: 'commonName', value: 'localhost' }], {
    keySize: 2048,
    extensions: [{ name: 'subjectAltName', altNames: [{ type: 2, value: 'localhost' }] }],
  });
  await writeFile(join(folder, 'ca.pem'), certificate.cert);
  await mkdir(join(folder, 'bin'));
  lastRun = null;
  started = [];
  server = createServer({ key: certificate.private, cert: certificate.cert }, (request, response) => {
    if (request.method === 'POST') started.push(String(request.headers['x-functions-key']));
    response.writeHead(request.method === 'POST' ? 202 : 200, { location: `https://${host}/api/runs/1` });
    response.end(JSON.stringify({ lastRun }));
  });
  await new Promise<void>((resolve) => server.listen(0, 'localhost', resolve));
  const address = server.address();
  host = `localhost:${typeof address === 'object' ? address?.port : ''}`;
});
afterEach(async () => {
  server.close();
  await rm(folder, { recursive: true });
});

test('starts the first run with the key of its route, and never prints the key', async () => {
  await az(`echo ${key}`);

  const { code, output } = await firstRun();

  expect({ code, started }).toEqual({ code: 0, started: [key] });
  expect(output).toContain(`The first run has started: https://${host}/api/runs/1`);
  expect(output).not.toContain(key);
});

test('starts nothing where a run has ended', async () => {
  lastRun = { finishedAt: '2026-11-21T06:00:00.000Z' };
  await az(`echo ${key}`);

  expect({ ...(await firstRun()), started }).toMatchObject({ code: 0, started: [] });
});

test('prints the command where az is missing', async () => {
  const { code, output } = await firstRun();

  expect({ code, started }).toEqual({ code: 0, started: [] });
  expect(output).toContain(`curl -X POST -H "x-functions-key: $(az functionapp function keys list`);
});

test('sends nobody a key where callers sign in', async () => {
  await az(`echo ${key}`);

  const { output } = await firstRun({ INVENTORY_HTTP_AUTH: 'entra' });

  expect(started).toEqual([]);
  expect(output).toContain('Microsoft Entra ID');
});

test('an app that does not answer is no success', async () => {
  const { code, output } = await firstRun({ functionAppHostName: 'localhost:1' });

  expect(code).toBe(1);
  expect(output).toContain('https://localhost:1/api/health does not answer');
});

async function az(script: string): Promise<void> {
  await writeFile(join(folder, 'bin/az'), `#!/bin/sh\n${script}\n`);
  await chmod(join(folder, 'bin/az'), 0o755);
}

function firstRun(variables: Readonly<Record<string, string>> = {}): Promise<{ code: unknown; output: string }> {
  const env = {
    PATH: join(folder, 'bin'),
    NODE_EXTRA_CA_CERTS: join(folder, 'ca.pem'),
    FIRST_RUN_ATTEMPTS: '1',
    functionAppHostName: host,
    functionAppName: 'app',
    resourceGroupName: 'rg',
    ...variables,
  };
  const script = join(import.meta.dirname, '../../scripts/first-run.ts');
  return new Promise((resolve) => {
    execFile(process.execPath, [script], { env }, (error, stdout, stderr) => {
      resolve({ code: error === null ? 0 : error.code, output: `${stdout}${stderr}` });
    });
  });
}

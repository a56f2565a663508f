import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { startIdentityEndpoint } from './fixtures/identity-endpoint.ts';
import { startTokenProcess } from './fixtures/start-token-process.ts';

const folders: string[] = [];
afterEach(async () => {
  for (const folder of folders.splice(0)) await rm(folder, { recursive: true });
});

/** An `az` that prints this, and writes its arguments to a file next to it. */
async function fakeAz(script: string): Promise<{ readonly PATH: string; calls(): Promise<string> }> {
  const folder = await mkdtemp(join(tmpdir(), 'az-'));
  folders.push(folder);
  await writeFile(join(folder, 'az'), `#!/bin/sh\necho "$@" >> ${folder}/calls\n${script}\n`);
  await chmod(join(folder, 'az'), 0o755);
  return { PATH: `${folder}:/bin:/usr/bin`, calls: () => readFile(join(folder, 'calls'), 'utf8') };
}

const azToken = `echo '{"accessToken":"from-az","expires_on":4102444800,"tokenType":"Bearer"}'`;

/** An address on loopback where nothing listens. */
async function nowhere(): Promise<string> {
  const endpoint = await startIdentityEndpoint(() => ({}));
  await endpoint.close();
  return endpoint.origin;
}

test('outside Functions the managed identity comes before the command-line tools', async () => {
  const { PATH } = await fakeAz(azToken);
  await using endpoint = await startIdentityEndpoint();
  await using process = startTokenProcess({ PATH, AZURE_POD_IDENTITY_AUTHORITY_HOST: endpoint.origin });

  const answer = await process.ask();

  expect(answer).toMatchObject({ errors: [], source: 'IMDS' });
});

test('outside Functions the sign-in of az is used if there is no managed identity', async () => {
  const { PATH } = await fakeAz(azToken);
  await using process = startTokenProcess({ PATH, AZURE_POD_IDENTITY_AUTHORITY_HOST: await nowhere() });

  const answer = await process.ask();

  expect(answer).toMatchObject({ tokens: ['from-az'], source: 'AzureCLI', endpoint: null });
});

test('inside Functions only the managed identity is used', async () => {
  const { PATH } = await fakeAz(azToken);
  await using process = startTokenProcess({
    PATH,
    FUNCTIONS_WORKER_RUNTIME: 'node',
    AZURE_POD_IDENTITY_AUTHORITY_HOST: await nowhere(),
  });

  const answer = await process.ask();

  expect(answer.errors).toMatchObject([{ code: 'ManagedIdentityUnavailable' }]);
});

test('AZURE_TOKEN_CREDENTIALS applies inside Functions too', async () => {
  const { PATH } = await fakeAz(azToken);
  await using process = startTokenProcess({
    PATH,
    FUNCTIONS_WORKER_RUNTIME: 'node',
    AZURE_TOKEN_CREDENTIALS: 'azureclicredential',
  });

  const answer = await process.ask();

  expect(answer).toMatchObject({ tokens: ['from-az'], source: 'AzureCLI' });
});

test('without any credential, one error has both ways to fix it', async () => {
  await using process = startTokenProcess({ AZURE_POD_IDENTITY_AUTHORITY_HOST: await nowhere() });

  const answer = await process.ask();

  expect(answer.errors).toMatchObject([{ name: 'NoTokenError', code: 'ManagedIdentityUnavailable' }]);
  expect(answer.errors[0]?.hint).toMatch(/az login.*system-assigned identity.*AZURE_CLIENT_ID/);
  expect(answer.errors[0]?.message.length).toBeLessThan(400);
});

test('if az is installed but signed out, its message comes first', async () => {
  const { PATH } = await fakeAz(`echo "Please run 'az login' to setup account." >&2; exit 1`);
  await using process = startTokenProcess({ PATH, AZURE_POD_IDENTITY_AUTHORITY_HOST: await nowhere() });

  const answer = await process.ask();

  expect(answer.errors).toHaveLength(1);
  expect(answer.errors[0]?.message).toMatch(/AzureCLI: .*az login/);
});

test('the error of an identity endpoint comes before all others', async () => {
  await using endpoint = await startIdentityEndpoint(() => ({
    status: 400,
    json: { error: 'invalid_request', error_description: 'Identity not found' },
  }));
  await using process = startTokenProcess({ AZURE_POD_IDENTITY_AUTHORITY_HOST: endpoint.origin });

  const answer = await process.ask();

  expect(answer.errors).toMatchObject([{ name: 'NoTokenError', code: 'IdentityNotFound' }]);
});

test('a claims challenge becomes a sign-in command of az that answers it', async () => {
  const { PATH } = await fakeAz(azToken);
  await using process = startTokenProcess({ PATH, AZURE_TOKEN_CREDENTIALS: 'AzureCliCredential' });
  const claims = '{"access_token":{}}';

  const answer = await process.ask({ request: { claims, refuse: 'from-az' } });

  expect(answer.errors[0]?.hint).toContain(`az login --claims-challenge ${btoa(claims)}`);
});

test('a refused token of az is requested again', async () => {
  const az = await fakeAz(azToken);
  await using process = startTokenProcess({ PATH: az.PATH, AZURE_TOKEN_CREDENTIALS: 'AzureCliCredential' });
  await process.ask();

  await process.ask({ request: { refuse: 'from-az' } });

  expect((await az.calls()).trim().split('\n')).toHaveLength(2);
});

import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test, vi } from 'vitest';
import { credentialSources } from '../../lib/azure/credentials/credential-chain.ts';
import type { FetchRequest } from '../../lib/azure/credentials/credential-source.ts';
import { readSettings } from '../../lib/settings.ts';
import { startQuietProxy } from './fixtures/quiet-proxy.ts';
import { json, startArmServer } from './resource-manager/fixtures/arm-server.ts';

// Microsoft Entra ID, mostly behind a proxy that accepts connections and never responds.

const credentials = ['EnvironmentCredential', 'WorkloadIdentityCredential', 'ManagedIdentityCredential'] as const;
const guid = '11111111-2222-3333-4444-555555555555';
let folder: string;
let proxy: Awaited<ReturnType<typeof startQuietProxy>>;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'federated-'));
  await writeFile(join(folder, 'token'), 'a token of Kubernetes');
});
afterAll(() => rm(folder, { recursive: true }));
beforeEach(async () => {
  proxy = await startQuietProxy(null);
  vi.stubEnv('HTTPS_PROXY', proxy.url);
  vi.stubEnv('NO_PROXY', '');
  vi.stubEnv('AZURE_TENANT_ID', guid);
  vi.stubEnv('AZURE_CLIENT_ID', guid);
});
afterEach(async () => {
  vi.unstubAllEnvs();
  vi.useRealTimers();
  proxy.hangUp();
  await proxy[Symbol.asyncDispose]();
});

function sourceOf(name: (typeof credentials)[number]) {
  if (name === 'EnvironmentCredential') vi.stubEnv('AZURE_CLIENT_SECRET', 'secret');
  else vi.stubEnv('AZURE_FEDERATED_TOKEN_FILE', join(folder, 'token'));
  vi.stubEnv('AZURE_TOKEN_CREDENTIALS', name);
  const [source] = credentialSources(readSettings(process.env), process.env);
  if (source === undefined) throw new Error('There is no credential source');
  return source;
}

function requestWith(signal: AbortSignal): FetchRequest {
  return { resource: 'https://management.azure.com', claims: null, tenantId: null, quick: false, signal };
}

/** Microsoft Entra ID on loopback. It writes a byte order mark before each answer. */
async function startEntra() {
  const entra = await startArmServer((response, { url }) => {
    const of = (name: string) => `${entra.origin}/${guid}/oauth2/v2.0/${name}`;
    const endpoints = { authorization_endpoint: of('authorize'), token_endpoint: of('token') };
    const metadata = { issuer: `${entra.origin}/${guid}/v2.0`, jwks_uri: of('keys'), ...endpoints };
    const token = { token_type: 'Bearer', expires_in: 3600, access_token: 'from Entra' };
    json(response, `\uFEFF${JSON.stringify(url.pathname.endsWith('/token') ? token : metadata)}`);
  });
  return entra;
}

test.each([
  ['EnvironmentCredential', 'AzureCloud', 'Environment'],
  ['EnvironmentCredential', 'AzureUSGovernment', 'Environment'],
  ['WorkloadIdentityCredential', 'AzureChinaCloud', 'WorkloadIdentity'],
  // On Kubernetes it exchanges a token from a file.
  ['ManagedIdentityCredential', 'AzureUSGovernment', 'WorkloadIdentity'],
] as const)('%s in %s signs in at AZURE_AUTHORITY_HOST and nowhere else', async (name, cloud, source) => {
  await using entra = await startEntra();
  vi.stubEnv('NO_PROXY', 'localhost');
  vi.stubEnv('AZURE_CLOUD', cloud);
  vi.stubEnv('AZURE_AUTHORITY_HOST', `${entra.origin}/`);

  const fetched = await sourceOf(name).fetch(requestWith(new AbortController().signal));

  expect(fetched).toMatchObject({ token: 'from Entra', source, endpoint: null });
  expect(proxy.open()).toBe(0);
});

test.each(credentials)('%s signs in at the authority of its cloud', async (name) => {
  vi.stubEnv('AZURE_CLOUD', 'AzureUSGovernment');
  const leaving = new AbortController();
  const fetching = sourceOf(name).fetch(requestWith(leaving.signal));

  expect(await proxy.asked).toMatch(/^CONNECT login\.microsoftonline\.us:443 /);

  leaving.abort();
  await expect(fetching).rejects.toMatchObject({ name: 'AbortError' });
});

test.each(credentials)('%s rejects as soon as its caller aborts', async (name) => {
  const source = sourceOf(name);
  const leaving = new AbortController();
  const fetching = source.fetch(requestWith(leaving.signal));
  await proxy.asked;

  leaving.abort();

  await expect(fetching).rejects.toMatchObject({ name: 'AbortError' });
});

test.each([
  ['EnvironmentCredential', 'AuthenticationFailed', /HTTPS_PROXY.*AZURE_CLIENT_SECRET/],
  ['WorkloadIdentityCredential', 'AuthenticationFailed', /HTTPS_PROXY.*AZURE_FEDERATED_TOKEN_FILE/],
  ['ManagedIdentityCredential', 'IdentityEndpointTimeout', /HTTPS_PROXY/],
] as const)('%s times out', async (name, code, hint) => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  const fetching = sourceOf(name).fetch(requestWith(new AbortController().signal));
  await proxy.asked;

  const passing = setInterval(() => vi.advanceTimersByTime(30_000), 1);

  await expect(fetching).rejects.toMatchObject({ name: 'NoTokenError', code, hint: expect.stringMatching(hint) });
  clearInterval(passing);
});

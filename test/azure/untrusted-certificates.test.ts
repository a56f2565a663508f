import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer as createHttpServer } from 'node:http';
import { createServer, type Server } from 'node:https';
import { type AddressInfo, connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { getCACertificates, setDefaultCACertificates } from 'node:tls';
import { generate } from 'selfsigned';
import { afterAll, afterEach, beforeAll, expect, test, vi } from 'vitest';
import { isCertificateFault } from '../../lib/azure/certificate-fault.ts';
import { credentialSources, fetchFromFirst } from '../../lib/azure/credentials/credential-chain.ts';
import { createArmClient } from '../../lib/azure/resource-manager/client/arm-client.ts';
import { openPublishedInventory } from '../../lib/azure/store/open-store.ts';
import type { TokenSource } from '../../lib/azure/token.ts';
import { readSettings } from '../../lib/settings.ts';
import { guid } from '../support/readings.ts';
import { startTokenProcess } from './fixtures/start-token-process.ts';
import { newContext } from './resource-manager/fixtures/arm-server.ts';

// https servers whose certificate this process refuses, each for another reason.

const never = new AbortController().signal;
const dayMs = 86_400_000;
const kinds = [
  { name: 'self-signed', code: 'DEPTH_ZERO_SELF_SIGNED_CERT', trusted: false },
  { name: 'of an unknown authority', code: 'SELF_SIGNED_CERT_IN_CHAIN', trusted: false, authority: true },
  {
    name: 'without its authority',
    code: 'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
    trusted: false,
    authority: true,
    alone: true,
  },
  { name: 'expired', code: 'CERT_HAS_EXPIRED', trusted: true, fromDay: -9, toDay: -1 },
  { name: 'not valid yet', code: 'CERT_NOT_YET_VALID', trusted: true, fromDay: 1, toDay: 9 },
  { name: 'of another host', code: 'ERR_TLS_CERT_ALTNAME_INVALID', trusted: true, host: 'other.example' },
  { name: 'with a weak key', code: 'UNSPECIFIED', trusted: true, keySize: 1024 },
] as const satisfies readonly Kind[];

interface Kind {
  readonly name: string;
  readonly code: string;
  readonly trusted: boolean;
  readonly authority?: boolean;
  readonly alone?: boolean;
  readonly fromDay?: number;
  readonly toDay?: number;
  readonly host?: string;
  readonly keySize?: number;
}
interface RefusedServer {
  readonly port: number;
  connections: number;
}

let folder: string;
const servers: Server[] = [];
const refused = new Map<string, RefusedServer>();

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'untrusted-'));
  await writeFile(join(folder, 'token'), 'a token of Kubernetes');
  const trusted: string[] = [];
  for (const kind of kinds) {
    const { cert, key, ca } = await certificateOf(kind);
    if (kind.trusted) trusted.push(cert);
    refused.set(kind.name, await serve({ cert: ca === null ? cert : `${cert}\n${ca}`, key }));
  }
  await writeFile(join(folder, 'trusted.pem'), trusted.join('\n'));
  setDefaultCACertificates([...getCACertificates('default'), ...trusted]);
});
afterAll(async () => {
  for (const server of servers) server.close();
  await rm(folder, { recursive: true });
});
afterEach(() => {
  vi.unstubAllEnvs();
});

async function certificateOf({ name, fromDay = -1, toDay = 9, host, authority, alone, keySize }: Kind) {
  const validity = {
    notBeforeDate: new Date(Date.now() + fromDay * dayMs),
    notAfterDate: new Date(Date.now() + toDay * dayMs),
  };
  const altNames =
    host === undefined
      ? [{ type: 2, value: 'login.microsoftonline.com' } as const, { type: 7, ip: '127.0.0.1' } as const]
      : [{ type: 2, value: host } as const];
  const self = { name: 'basicConstraints', cA: true, critical: true } as const;
  const names = { name: 'subjectAltName', altNames } as const;
  if (authority !== true) {
    // Of two trusted certificates with one name, OpenSSL can take the wrong one.
    const pem = await generate([{ name: 'commonName', value: name }], {
      ...validity,
      keySize: keySize ?? 2048,
      extensions: [self, names],
    });
    return { cert: pem.cert, key: pem.private, ca: null };
  }
  const issuer = await generate([{ name: 'commonName', value: 'authority' }], { ...validity, extensions: [self] });
  const ca = { cert: issuer.cert, key: issuer.private };
  const pem = await generate([{ name: 'commonName', value: 'server' }], { ...validity, extensions: [names], ca });
  return { cert: pem.cert, key: pem.private, ca: alone === true ? null : issuer.cert };
}

async function serve(pair: { readonly cert: string; readonly key: string }): Promise<RefusedServer> {
  // The lowest security level serves a weak key, too.
  const server = createServer({ ...pair, ciphers: 'DEFAULT@SECLEVEL=0' }, (_request, response) => response.end());
  servers.push(server);
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const found = { port: (server.address() as AddressInfo).port, connections: 0 };
  server.on('connection', () => {
    found.connections += 1;
  });
  return found;
}

function serverOf({ name }: Kind): RefusedServer {
  const found = refused.get(name);
  if (found === undefined) throw new Error(`No server is ${name}`);
  found.connections = 0;
  return found;
}

/** A proxy that leads every host to this port. */
async function leadTo(port: number): Promise<Disposable> {
  const server = createHttpServer().on('connect', (_request, client) => {
    const upstream = connect(port, '127.0.0.1', () => client.write('HTTP/1.1 200 Connected\r\n\r\n'));
    upstream.on('error', () => client.destroy());
    client.on('error', () => upstream.destroy());
    upstream.pipe(client).pipe(upstream);
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  vi.stubEnv('HTTPS_PROXY', `http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  return { [Symbol.dispose]: () => void server.close() };
}

const tokens: TokenSource = {
  source: 'AppService',
  endpoint: null,
  token: async () => ({ token: 'token', expiresOnTimestamp: Date.now() + dayMs }),
};

function expected(code: string, kind: Kind) {
  return { code, message: expect.stringContaining(kind.code), hint: expect.stringMatching(/^NODE_EXTRA_CA_CERTS/) };
}

test.for(kinds)('Storage with a certificate that is $name', async (kind) => {
  const server = serverOf(kind);
  const url = `https://127.0.0.1:${server.port}/account/inventory`;

  const reading = openPublishedInventory(url, { cloud: 'AzureCloud' }, tokens).latest.read(never);

  await expect(reading).rejects.toMatchObject(expected('CertificateNotTrusted', kind));
  expect(server.connections).toBe(1);
});

test.for(kinds)('Resource Manager with a certificate that is $name', async (kind) => {
  const server = serverOf(kind);
  const origin = `https://127.0.0.1:${server.port}`;
  const cloud = {
    name: 'AzureCloud',
    resourceManagerEndpoint: origin,
    audience: origin,
    authorityHost: origin,
  } as const;
  const arm = createArmClient({ cloud, tokens, concurrency: 1 });
  const reading = arm.get('/subscriptions', { apiVersion: '2022-12-01', context: newContext() });

  await expect(reading).rejects.toMatchObject({
    code: 'ConnectionFailed',
    hint: expect.stringMatching(/^NODE_EXTRA_CA_CERTS/),
  });
  expect(server.connections).toBe(1);
});

const credentials = ['EnvironmentCredential', 'WorkloadIdentityCredential', 'ManagedIdentityCredential', ''];
test.for(kinds.flatMap((kind) => credentials.map((credential) => ({ kind, name: kind.name, credential }))))(
  'Microsoft Entra ID with a certificate that is $name, for "$credential"',
  async ({ kind, credential }) => {
    const server = serverOf(kind);
    using _proxy = await leadTo(server.port);
    vi.stubEnv('AZURE_TENANT_ID', guid(9));
    vi.stubEnv('AZURE_CLIENT_ID', guid(8));
    vi.stubEnv('AZURE_TOKEN_CREDENTIALS', credential);
    if (credential === 'EnvironmentCredential') vi.stubEnv('AZURE_CLIENT_SECRET', 'hush');
    else vi.stubEnv('AZURE_FEDERATED_TOKEN_FILE', join(folder, 'token'));
    const sources = credentialSources(readSettings(process.env), process.env);
    const request = {
      resource: 'https://management.azure.com',
      claims: null,
      tenantId: null,
      quick: false,
      signal: never,
    };

    const fetching = fetchFromFirst(sources, request);

    await expect(fetching).rejects.toMatchObject({ name: 'NoTokenError', ...expected('CertificateNotTrusted', kind) });
    expect(server.connections).toBe(1);
  },
);

// The identity library keeps the endpoint of its first request for the whole process.
test.for(kinds.filter(({ code }) => /SELF_SIGNED|EXPIRED/.test(code)))(
  "Service Fabric's endpoint with a certificate that is $name",
  async (kind) => {
    const server = serverOf(kind);
    await using process = startTokenProcess({
      FUNCTIONS_WORKER_RUNTIME: 'node',
      IDENTITY_ENDPOINT: `https://127.0.0.1:${server.port}/metadata/identity/oauth2/token`,
      IDENTITY_HEADER: 'secret',
      IDENTITY_SERVER_THUMBPRINT: 'ab12',
      NODE_EXTRA_CA_CERTS: join(folder, 'trusted.pem'),
    });

    const { errors, waitedMs } = await process.ask();

    expect(errors).toMatchObject([{ name: 'NoTokenError', ...expected('CertificateNotTrusted', kind) }]);
    expect(errors[0]?.message).toContain('ServiceFabric at https://127.0.0.1');
    expect(waitedMs).toBe(0);
    expect(server.connections).toBe(1);
  },
);

test.each([
  ['UNABLE_TO_GET_ISSUER_CERT_LOCALLY', true],
  ['CERT_REVOKED', true],
  ['CRL_HAS_EXPIRED', true],
  ['ERROR_IN_CERT_NOT_AFTER_FIELD', true],
  ['INVALID_PURPOSE', true],
  ['HOSTNAME_MISMATCH', true],
  ['ECONNRESET', false],
  ['EPROTO', false],
  ['ERR_TLS_HANDSHAKE_TIMEOUT', false],
  ['ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED', false],
])('%s is about a certificate: %s', (code, is) => {
  expect(isCertificateFault(code)).toBe(is);
});

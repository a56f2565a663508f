import { chmod, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { getCACertificates, setDefaultCACertificates } from 'node:tls';
import * as v from 'valibot';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { kinds } from '../../lib/inventory/coverage.ts';
import { createCertificate } from '../../local/azure/certificate.ts';
import { type LocalAzure, startLocalAzure } from '../../local/azure/local-azure.ts';
import { createSampleTenant } from '../../local/azure/sample-tenant.ts';
import { type Azurite, startAzurite } from '../support/azurite.ts';
import { publishReading } from '../support/deployments.ts';
import { guid, machine } from '../support/readings.ts';
import { newStore, type TestStore } from '../support/stores.ts';
import { startTenantGate, type TenantGate } from '../support/tenant-gate.ts';
import { type CliResult, runCli } from './run-cli.ts';

const [home, theirs] = [guid(9), guid(8)];
/** The signed-in user. */
const user = guid(50);
const principalOfTheirs = guid(60);
let folder: string;
let azure: LocalAzure;
let azurite: Azurite;
let gate: TenantGate;
let cwd: string;
let near: TestStore;
let far: TestStore;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'cli-sources-'));
  azure = await startLocalAzure({ tenant: createSampleTenant({ subscriptions: 1, vms: 3, awkward: false }) });
  const { certificate, privateKey, remove } = await createCertificate();
  await remove();
  const [cert, key] = [join(folder, 'cert.pem'), join(folder, 'key.pem')];
  await Promise.all([writeFile(cert, certificate), writeFile(key, privateKey)]);
  const ofAzure = await readFile(azure.environment('AppService').NODE_EXTRA_CA_CERTS ?? '', 'utf8');
  await writeFile(join(folder, 'trusted.pem'), `${ofAzure}\n${certificate}`);
  setDefaultCACertificates([...getCACertificates('default'), certificate]);
  azurite = await startAzurite(['--oauth', 'basic', '--cert', cert, '--key', key]);
  gate = await startTenantGate(azurite.origin, { cert: certificate, key: privateKey });
  await installAz();
});
afterAll(async () => {
  await gate[Symbol.asyncDispose]();
  await azurite.stop();
  await azure.stop();
  await rm(folder, { recursive: true });
});
beforeEach(async () => {
  cwd = await mkdtemp(join(folder, 'case-'));
  [near, far] = [newStore(azurite.connectionString), newStore(azurite.connectionString)];
  gate.admissions.set(near.name, { tenantId: home, hasRole: true });
  gate.admissions.set(far.name, { tenantId: theirs, hasRole: true });
  gate.requests.length = 0;
  await Promise.all([signIn(home), signIn(theirs)]);
});

/** An `az` with one command. Files next to it hold the signed-in users. */
async function installAz(): Promise<void> {
  const bin = join(folder, 'bin');
  await mkdir(bin);
  const script = `#!/bin/sh
tenant=${home}
while [ $# -gt 0 ]; do case "$1" in --tenant) tenant=$2;; --resource) resource=$2;; esac; shift; done
case "$resource" in *storage*) file="$(dirname "$0")/storage-$tenant";; *) file="$(dirname "$0")/arm-$tenant";; esac
[ -f "$file" ] && exec cat "$file"
echo "ERROR: Please run 'az login' to setup account." >&2
exit 1
`;
  await writeFile(join(bin, 'az'), script);
  await chmod(join(bin, 'az'), 0o755);
  const { IDENTITY_ENDPOINT = '', IDENTITY_HEADER = '' } = azure.environment('AppService');
  const url = `${IDENTITY_ENDPOINT}?api-version=2019-08-01&resource=https://management.azure.com`;
  const answer = await fetch(url, { headers: { 'x-identity-header': IDENTITY_HEADER } });
  const { access_token: token } = v.parse(v.object({ access_token: v.string() }), await answer.json());
  await keepToken(`arm-${home}`, token);
}

function keepToken(file: string, accessToken: string): Promise<void> {
  const expires_on = Math.floor(Date.now() / 1000) + 3600;
  return writeFile(join(folder, 'bin', file), JSON.stringify({ accessToken, expires_on, tokenType: 'Bearer' }));
}

/** Azurite checks the claims of a token, not its signature. */
async function signIn(tenantId: string): Promise<void> {
  const now = Math.floor(Date.now() / 1000);
  const claims = {
    aud: 'https://storage.azure.com',
    iss: `https://sts.windows.net/${tenantId}/`,
    iat: now,
    nbf: now,
    exp: now + 3600,
    oid: user,
    tid: tenantId,
    idtyp: 'user',
  };
  const part = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');
  await keepToken(`storage-${tenantId}`, `${part({ alg: 'none', typ: 'JWT' })}.${part(claims)}.c2VjcmV0`);
}

const urlOf = ({ name }: TestStore): string => `${gate.origin}/devstoreaccount1/${name}`;

async function cli(args: readonly string[], sources: string = [near, far].map(urlOf).join(',')): Promise<CliResult> {
  const env = {
    ...azure.environment('AppService'),
    AZURE_TOKEN_CREDENTIALS: 'AzureCliCredential',
    NODE_EXTRA_CA_CERTS: join(folder, 'trusted.pem'),
    PATH: `${join(folder, 'bin')}:${process.env.PATH}`,
    TMPDIR: folder,
    INVENTORY_SOURCES: sources,
  };
  const result = await runCli(args, { env, cwd });
  expect(`${result.stdout}${result.stderr}`).not.toMatch(/eyJ|c2VjcmV0|s3cret/);
  return result;
}

/** Each of the two deployments has published one subscription with one machine. */
async function publishBoth(day = 20): Promise<void> {
  const withIdentity = (principalId: string) =>
    ({ type: 'SystemAssigned', principalId, tenantId: theirs, userAssignedIdentities: {} }) as const;
  for (const [{ store, name }, subscriptionId, principalId] of [
    [near, guid(2), guid(61)],
    [far, guid(3), principalOfTheirs],
  ] as const) {
    const one = machine(`of-${subscriptionId.at(-1)}`, { subscriptionId, identity: withIdentity(principalId) });
    const subscriptions = { [subscriptionId]: { machines: [one] } };
    await publishReading(store, join(folder, `${name}.sqlite`), { day, subscriptions, plan: { kinds: [...kinds] } });
  }
}

describe('collect with INVENTORY_SOURCES', () => {
  test('reads containers of this tenant and of another one, with the sign-in of each tenant', async () => {
    await publishBoth();

    const collected = await cli(['collect']);
    const listed = await cli(['list', '--query', '[].[name, stale]', '-o', 'json']);
    const ledger = await cli(['subscriptions', '--query', '[?source].[subscriptionId, source, status]']);
    const principal = await cli(['principals', principalOfTheirs]);

    expect({ code: collected.code, stderr: collected.stderr.match(/warning|error/) }).toEqual({
      code: 0,
      stderr: null,
    });
    expect(JSON.parse(collected.stdout)).toMatchObject({ complete: true, virtualMachineCount: 5, changes: {} });
    expect(JSON.parse(listed.stdout)).toEqual(
      expect.arrayContaining([
        ['of-2', false],
        ['of-3', false],
      ]),
    );
    expect(JSON.parse(ledger.stdout)).toEqual([
      [guid(2), urlOf(near), 'complete'],
      [guid(3), urlOf(far), 'complete'],
    ]);
    expect(JSON.parse(principal.stdout)).toMatchObject({
      principalId: principalOfTheirs,
      kind: 'SystemAssigned',
      state: 'attached',
      tenantId: theirs,
      virtualMachines: [{ name: 'of-3', subscriptionId: guid(3), detachedAt: null }],
    });
    expect(gate.requests.filter((line) => !/^(GET|HEAD) \S+\/(latest\.json|databases\/[\w.-]+)$/.test(line))).toEqual(
      [],
    );
  });

  test('shows how to sign in to another tenant, and keeps its known machines as stale', async () => {
    await publishBoth();
    await cli(['collect']);
    await rm(join(folder, 'bin', `storage-${theirs}`));

    const collected = await cli(['collect']);
    const listed = await cli(['list', '--query', '[?stale].name', '-o', 'json']);
    const identity = await cli(['whoami']);

    expect(collected.code).toBe(3);
    expect(collected.stderr).toContain(`hint: Sign in with: az login --tenant ${theirs}\n`);
    expect(JSON.parse(collected.stdout)).toMatchObject({ complete: false, changes: {}, virtualMachineCount: 5 });
    expect(identity.code).toBe(0);
    expect(identity.stderr).toContain(`Cannot tell whether a right is missing on ${urlOf(far)}`);
    expect(listed.code).toBe(3);
    expect(JSON.parse(listed.stdout)).toEqual(['of-3']);
  });

  test('shows the command that grants a missing role', async () => {
    await publishBoth();
    gate.admissions.set(far.name, { tenantId: theirs, hasRole: false });
    const role = 'Storage Blob Data Reader';
    const grantCommand = `az role assignment create --assignee-object-id ${user} --assignee-principal-type User --role "${role}" --scope "$(az storage account show --name devstoreaccount1 --query id --output tsv)/blobServices/default/containers/${far.name}"`;

    const collected = await cli(['collect']);
    const missing = await cli(['whoami', '--query', 'missingRights', '-o', 'json']);

    expect(collected.code).toBe(3);
    expect(JSON.parse(missing.stdout)).toEqual([{ scope: urlOf(far), role, grantCommand }]);
    expect(collected.stderr).toContain(`hint: ${grantCommand} # or deploy infra/source.bicep there; `);
  });

  test('reports a container without an inventory, and reads the others', async () => {
    await publishBoth();
    const missing = newStore(azurite.connectionString);
    gate.admissions.set(missing.name, { tenantId: home, hasRole: true });

    const collected = await cli(['collect'], `${urlOf(near)},${urlOf(missing)}`);

    expect(collected.code).toBe(3);
    expect(collected.stderr).toContain(`There is no inventory in ${urlOf(missing)}: no such container`);
    expect(JSON.parse(collected.stdout)).toMatchObject({ complete: false, virtualMachineCount: 4 });
  });

  test.each([
    ['https://contoso.blob.core.windows.net/inventory?sv=2024-11-04&sig=s3cret'],
    ['https://me:s3cret@contoso.blob.core.windows.net/inventory'],
    ['https://contoso.blob.core.windows.net.evil.example/inventory'],
    ['https://evil.example/inventory'],
    ['http://contoso.blob.core.windows.net/inventory'],
    ['inventory.sqlite'],
  ])('refuses %s before any request, without showing its secrets', async (url) => {
    const { code, stdout, stderr } = await cli(['collect'], url);

    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toMatch(
      /INVENTORY_SOURCES is '.+'; allowed: https:\/\/ACCOUNT\.blob\.core\.windows\.net\/CONTAINER/,
    );
  });

  test('does not show the signature of a URL in messages about --database', async () => {
    const url = 'https://contoso.blob.core.windows.net/inventory?sig=s3cret';

    const results = await Promise.all([cli(['collect', '--database', url]), cli(['list', '--database', url])]);

    expect(results.map(({ code }) => code)).toEqual([2, 2]);
    for (const { stderr } of results) expect(stderr).toContain('https://contoso.blob.core.windows.net/inventory');
  });
});

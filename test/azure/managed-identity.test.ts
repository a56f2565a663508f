import { describe, expect, test } from 'vitest';
import { type IdentityEndpoint, startIdentityEndpoint, tokenReply } from './fixtures/identity-endpoint.ts';
import { startTokenProcess } from './fixtures/start-token-process.ts';

const identityHeader = '7f0c2d4e-secret-of-the-host';
const inFunctions = { FUNCTIONS_WORKER_RUNTIME: 'node' };

function appService(endpoint: Pick<IdentityEndpoint, 'origin'>): Record<string, string> {
  return { ...inFunctions, IDENTITY_ENDPOINT: `${endpoint.origin}/msi/token`, IDENTITY_HEADER: identityHeader };
}

describe('a request for a token has the form that its host expects', () => {
  test('App Service gets its header and the audience without a slash', async () => {
    await using endpoint = await startIdentityEndpoint();
    await using process = startTokenProcess(appService(endpoint));

    const answer = await process.ask();

    expect(answer).toMatchObject({ errors: [], source: 'AppService', endpoint: `${endpoint.origin}/msi/token` });
    expect(endpoint.requests).toMatchObject([
      {
        path: '/msi/token',
        query: { 'api-version': '2019-08-01', resource: 'https://management.azure.com' },
        headers: { 'x-identity-header': identityHeader },
      },
    ]);
  });

  test('a byte order mark before a token or an error is skipped', async () => {
    const marked = (json: unknown): string => `\uFEFF${JSON.stringify(json)}`;
    await using endpoint = await startIdentityEndpoint((_, number) => {
      const message = { error: 'invalid_request', error_description: 'Identity not found' };
      return number === 1 ? { text: marked(tokenReply(1).json) } : { status: 400, text: marked(message) };
    });
    await using process = startTokenProcess(appService(endpoint));

    const answer = await process.ask();
    const refused = await process.ask({ request: { audience: 'https://vault.azure.net' } });

    expect(answer.tokens).toHaveLength(1);
    expect(refused.errors).toMatchObject([{ code: 'IdentityNotFound' }]);
  });

  test('IMDS gets the metadata header', async () => {
    await using endpoint = await startIdentityEndpoint();
    await using process = startTokenProcess({ ...inFunctions, AZURE_POD_IDENTITY_AUTHORITY_HOST: endpoint.origin });

    const answer = await process.ask();

    expect(answer).toMatchObject({
      errors: [],
      source: 'IMDS',
      endpoint: `${endpoint.origin}/metadata/identity/oauth2/token`,
    });
    expect(endpoint.requests).toMatchObject([
      { headers: { metadata: 'true' }, query: { 'api-version': '2018-02-01' } },
    ]);
  });

  test('Cloud Shell gets the audience with its slash, for Resource Manager and for any other', async () => {
    await using endpoint = await startIdentityEndpoint();
    await using process = startTokenProcess({ ...inFunctions, MSI_ENDPOINT: `${endpoint.origin}/oauth2/token` });

    const answer = await process.ask();
    await process.ask({ request: { audience: 'https://graph.microsoft.com' } });

    expect(answer).toMatchObject({ errors: [], source: 'CloudShell' });
    expect(endpoint.requests).toMatchObject([
      { method: 'POST', headers: { metadata: 'true' }, body: 'resource=https%3A%2F%2Fmanagement.azure.com%2F' },
      { method: 'POST', body: 'resource=https%3A%2F%2Fgraph.microsoft.com%2F' },
    ]);
  });

  test('Cloud Shell gets a second request without the slash for an audience that it knows only so', async () => {
    await using endpoint = await startIdentityEndpoint((request, number) =>
      request.body.endsWith('%2F') ? audienceNotSupported('https://vault.azure.net/') : tokenReply(number),
    );
    await using process = startTokenProcess({ ...inFunctions, MSI_ENDPOINT: `${endpoint.origin}/oauth2/token` });

    const answer = await process.ask({ request: { audience: 'https://vault.azure.net' } });

    expect(answer.errors).toEqual([]);
    expect(endpoint.requests.map((request) => request.body)).toEqual([
      'resource=https%3A%2F%2Fvault.azure.net%2F',
      'resource=https%3A%2F%2Fvault.azure.net',
    ]);
  });

  const guid = '11111111-2222-3333-4444-555555555555';
  const resourceId = `/subscriptions/${guid}/resourceGroups/rg/providers/Microsoft.ManagedIdentity/userAssignedIdentities/reader`;
  test.each([
    ['AZURE_CLIENT_ID', guid, 'client_id', 'client_id'],
    ['INVENTORY_IDENTITY_OBJECT_ID', guid, 'object_id', 'object_id'],
    ['INVENTORY_IDENTITY_RESOURCE_ID', resourceId, 'mi_res_id', 'msi_res_id'],
  ])('%s names a user-assigned identity', async (name, value, onAppService, onImds) => {
    await using endpoint = await startIdentityEndpoint();
    await using app = startTokenProcess({ ...appService(endpoint), [name]: value });
    await using machine = startTokenProcess({
      ...inFunctions,
      AZURE_POD_IDENTITY_AUTHORITY_HOST: endpoint.origin,
      [name]: value,
    });

    await app.ask();
    await machine.ask();

    expect(endpoint.requests).toMatchObject([{ query: { [onAppService]: value } }, { query: { [onImds]: value } }]);
  });

  test.each([
    ['AzureUSGovernment', 'https://management.usgovcloudapi.net'],
    ['AzureChinaCloud', 'https://management.chinacloudapi.cn'],
  ])('%s has an audience of its own', async (cloud, audience) => {
    await using endpoint = await startIdentityEndpoint();
    await using process = startTokenProcess({ ...appService(endpoint), AZURE_CLOUD: cloud });

    await process.ask();

    expect(endpoint.requests).toMatchObject([{ query: { resource: audience } }]);
  });
});

describe('a failure says what to do', () => {
  test('if nothing listens, within seconds: turn on the system-assigned identity, or set AZURE_CLIENT_ID', async () => {
    const endpoint = await startIdentityEndpoint(() => ({}));
    await endpoint.close();
    await using process = startTokenProcess(appService(endpoint));

    const answer = await process.ask();

    expect(answer.errors).toMatchObject([{ name: 'NoTokenError', code: 'ManagedIdentityUnavailable' }]);
    expect(answer.errors[0]?.message).toMatch(/nothing listens at http:\S+ \(AppService, ECONNREFUSED\)$/);
    expect(answer.errors[0]?.hint).toMatch(
      /To turn on the system-assigned identity: az functionapp identity assign.*az vm identity assign.*set AZURE_CLIENT_ID/,
    );
    expect(answer.waitedMs).toBeLessThan(4_000);
  });

  test.each([
    'Multiple user assigned identities exist, please specify the clientId / resourceId of the identity in the token request',
    'Multiple user-assigned identities are available. Specify one',
  ])('400 "%s" is not retried, and the hint starts with AZURE_CLIENT_ID', async (description) => {
    await using endpoint = await startIdentityEndpoint(() => ({
      status: 400,
      json: { error: 'invalid_request', error_description: description },
    }));
    const imds = { AZURE_POD_IDENTITY_AUTHORITY_HOST: endpoint.origin };
    await using app = startTokenProcess({ ...inFunctions, ...imds });
    // Outside Functions, other credentials follow.
    await using machine = startTokenProcess({ ...imds, AZURE_TOKEN_CREDENTIALS: 'prod' });

    const answers = [await app.ask(), await machine.ask()];

    for (const { errors, waitedMs } of answers) {
      expect(errors).toMatchObject([{ name: 'NoTokenError', code: 'IdentityNotFound' }]);
      expect(errors[0]?.message).toContain(description);
      expect(errors[0]?.hint).toMatch(/^AZURE_CLIENT_ID .*az vm identity show/);
      expect(errors[0]?.hint).not.toContain('restart');
      expect(waitedMs).toBe(0);
    }
    expect(endpoint.requests).toHaveLength(2);
  });

  test('400 Identity not found names the requested id, and is not retried', async () => {
    const clientId = '99999999-2222-3333-4444-555555555555';
    await using endpoint = await startIdentityEndpoint(() => ({
      status: 400,
      json: { error: 'invalid_request', error_description: 'Identity not found' },
    }));
    await using process = startTokenProcess({
      ...inFunctions,
      AZURE_POD_IDENTITY_AUTHORITY_HOST: endpoint.origin,
      AZURE_CLIENT_ID: clientId,
    });

    const answer = await process.ask();

    expect(answer.errors).toMatchObject([{ name: 'NoTokenError', code: 'IdentityNotFound' }]);
    expect(answer.errors[0]?.message).toContain(clientId);
    expect(endpoint.requests).toHaveLength(1);
  });

  test('an unsupported audience is named with the allowed ones', async () => {
    await using endpoint = await startIdentityEndpoint(() => audienceNotSupported('https://management.azure.com/'));
    await using process = startTokenProcess({ ...inFunctions, MSI_ENDPOINT: `${endpoint.origin}/oauth2/token` });

    const answer = await process.ask({ request: { audience: 'api://unknown' } });

    expect(answer.errors).toMatchObject([{ name: 'NoTokenError', code: 'AudienceNotSupported' }]);
    expect(answer.errors[0]?.message).toMatch(/'api:\/\/unknown'.*https:\/\/graph\.microsoft\.com\//);
  });

  test.each([404, 410, 429, 500, 503])('a temporary %i is retried', async (status) => {
    await using endpoint = await startIdentityEndpoint((_, number) =>
      number < 4 ? { status, json: { statusCode: String(status), message: 'in a moment' } } : tokenReply(number),
    );
    await using process = startTokenProcess(appService(endpoint));

    const answer = await process.ask();

    expect(answer).toMatchObject({ errors: [] });
    expect(answer.tokens).toHaveLength(1);
  });

  test.each([404, 410, 429, 500, 503])(
    'a permanent %i fails within a minute, with the message of the endpoint',
    async (status) => {
      await using endpoint = await startIdentityEndpoint(() => ({
        status,
        json: { statusCode: String(status), message: 'An unexpected error occured while fetching the AAD Token.' },
        headers: { 'retry-after': '1200' },
      }));
      await using process = startTokenProcess(appService(endpoint));

      const answer = await process.ask();

      expect(answer.errors).toMatchObject([{ name: 'NoTokenError', code: 'IdentityEndpointFailed' }]);
      expect(answer.errors[0]?.message).toMatch(new RegExp(`${status}: An unexpected error occured`));
      expect(answer.waitedMs).toBeLessThanOrEqual(60_000);
      expect(endpoint.requests.length).toBeGreaterThan(1);
    },
  );

  test.each([
    ['403', { status: 403, json: { error: 'forbidden', error_description: 'not for you' } }],
    ['a page of HTML', { status: 200, text: '<html>sign in to the network</html>' }],
    ['no token', { status: 200, json: { token_type: 'Bearer' } }],
  ])('%s fails at once', async (_, reply) => {
    await using endpoint = await startIdentityEndpoint(() => reply);
    await using process = startTokenProcess(appService(endpoint));

    const answer = await process.ask();

    expect(answer.errors).toMatchObject([{ name: 'NoTokenError', code: 'IdentityEndpointFailed' }]);
    expect(endpoint.requests).toHaveLength(1);
  });

  test('a broken connection is retried', async () => {
    await using endpoint = await startIdentityEndpoint((_, number) =>
      number < 3 ? { silence: 'reset' } : tokenReply(number),
    );
    await using process = startTokenProcess(appService(endpoint));

    const answer = await process.ask();

    expect(answer.tokens).toHaveLength(1);
  });

  test('an abort rejects while the endpoint is silent', async () => {
    await using endpoint = await startIdentityEndpoint(() => ({ silence: 'hang' }));
    await using process = startTokenProcess(appService(endpoint));

    const answer = await process.ask({ abortAfterMs: 50, callers: 3 });

    expect(answer.errors.map((error) => error.name)).toEqual(['TimeoutError', 'TimeoutError', 'TimeoutError']);
  });

  test('no error contains a token or an identity header, even when the endpoint echoes them', async () => {
    const secret = 'eyJhbGciOiJSUzI1NiJ9.eyJvaWQiOiJ4In0.c2lnbmF0dXJl';
    await using endpoint = await startIdentityEndpoint((request) => ({
      status: 403,
      json: { message: `header ${request.headers['x-identity-header']}, token ${secret}, Bearer ${secret}` },
    }));
    await using process = startTokenProcess(appService(endpoint));

    const answer = await process.ask();

    const everything = JSON.stringify(answer) + process.output;
    expect(everything).toContain('header ***, token ***');
    expect(everything).not.toContain(identityHeader);
    expect(everything).not.toContain(secret);
  });
});

function audienceNotSupported(audience: string): { readonly status: number; readonly json: unknown } {
  const message = `Audience ${audience} is not a supported MSI token audience.`;
  return { status: 400, json: { error: { code: 'AudienceNotSupported', message } } };
}

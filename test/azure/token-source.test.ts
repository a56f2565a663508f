import { describe, expect, test } from 'vitest';
import { type IdentityEndpoint, type Reply, startIdentityEndpoint, tokenReply } from './fixtures/identity-endpoint.ts';
import { startTokenProcess } from './fixtures/start-token-process.ts';

const minuteMs = 60_000;
const day = 24 * 3_600;

function appService(endpoint: Pick<IdentityEndpoint, 'origin'>): Record<string, string> {
  return {
    FUNCTIONS_WORKER_RUNTIME: 'node',
    IDENTITY_ENDPOINT: `${endpoint.origin}/msi/token`,
    IDENTITY_HEADER: 'header',
  };
}

describe('all callers share one request', () => {
  test('200 callers at once make one request, also when the endpoint echoes the audience with a slash', async () => {
    await using endpoint = await startIdentityEndpoint((_, number) =>
      tokenReply(number, 3_600, 'https://management.azure.com/'),
    );
    await using process = startTokenProcess(appService(endpoint));

    const answer = await process.ask({ callers: 200 });
    const later = await process.ask({ callers: 10 });

    expect(new Set([...answer.tokens, ...later.tokens]).size).toBe(1);
    expect(answer.tokens).toHaveLength(200);
    expect(endpoint.requests).toHaveLength(1);
  });

  test('each audience has a token of its own; a scope means its resource', async () => {
    await using endpoint = await startIdentityEndpoint();
    await using process = startTokenProcess(appService(endpoint));

    await process.ask();
    await process.ask({ request: { audience: 'https://storage.azure.com/.default' } });
    await process.ask({ request: { audience: 'https://storage.azure.com' } });
    await process.ask({ request: { audience: 'https://graph.microsoft.com/' } });

    expect(endpoint.requests.map(({ query }) => query.resource)).toEqual([
      'https://management.azure.com',
      'https://storage.azure.com',
      'https://graph.microsoft.com/',
    ]);
  });

  test('a caller that leaves early does not disturb later ones', async () => {
    await using endpoint = await startIdentityEndpoint();
    await using process = startTokenProcess(appService(endpoint));
    await process.ask({ request: { audience: 'https://storage.azure.com' } });
    endpoint.reply = () => ({ silence: 'hang' });

    const early = await process.ask({ abortAfterMs: 100 });
    endpoint.reply = (_, number) => tokenReply(number);
    const later = await process.ask();

    expect(early.errors).toHaveLength(1);
    expect(later).toMatchObject({ errors: [] });
    expect(later.tokens).toHaveLength(1);
  });
});

describe('a token is replaced in time', () => {
  test('it is used until five minutes before it expires', async () => {
    await using endpoint = await startIdentityEndpoint((_, number) => tokenReply(number, 3_600));
    await using process = startTokenProcess(appService(endpoint));

    const first = await process.ask();
    const before = await process.ask({ advanceMs: 54 * minuteMs });
    const after = await process.ask({ advanceMs: 2 * minuteMs });

    expect(before.tokens).toEqual(first.tokens);
    expect(after.tokens).not.toEqual(first.tokens);
    expect(endpoint.requests).toHaveLength(2);
  });

  test('a long-lived one is refreshed in the background after half of its life', async () => {
    await using endpoint = await startIdentityEndpoint((_, number) => tokenReply(number, day));
    await using process = startTokenProcess(appService(endpoint));
    const first = await process.ask();

    const atHalf = await process.ask({ advanceMs: 13 * 60 * minuteMs, callers: 20 });
    await expect.poll(async () => (await process.ask()).tokens[0]).not.toBe(first.tokens[0]);

    expect(new Set(atHalf.tokens)).toEqual(new Set(first.tokens));
    expect(endpoint.requests).toHaveLength(2);
  });

  test('one that arrives with little life left is not fetched for each request', async () => {
    await using endpoint = await startIdentityEndpoint((_, number) => tokenReply(number, 120));
    await using process = startTokenProcess(appService(endpoint));

    await process.ask();
    await process.ask();
    await process.ask({ advanceMs: 1.5 * minuteMs });

    expect(endpoint.requests).toHaveLength(2);
  });

  test.each<[string, Reply | null]>([
    ['refuses connections', null],
    ['breaks them off', { silence: 'reset' }],
    ['answers 500', { status: 500, json: {} }],
  ])('while the endpoint %s, a valid token is still used', async (_, failure) => {
    await using endpoint = await startIdentityEndpoint((_, number) => tokenReply(number, 3_600));
    await using process = startTokenProcess(appService(endpoint));
    const first = await process.ask();
    if (failure === null) await endpoint.close();
    else endpoint.reply = () => failure;

    const nearItsEnd = await process.ask({ advanceMs: 58 * minuteMs, callers: 5 });
    const atItsEnd = await process.ask({ advanceMs: 3 * minuteMs });

    expect(nearItsEnd).toMatchObject({ errors: [], tokens: Array(5).fill(first.tokens[0]) });
    expect(atItsEnd.errors).toMatchObject([{ name: 'NoTokenError' }]);
  });
});

describe('a token that Resource Manager refuses', () => {
  test('is replaced, bypassing every cache, once for all callers', async () => {
    await using endpoint = await startIdentityEndpoint((_, number) => tokenReply(number, day));
    await using process = startTokenProcess(appService(endpoint));
    const [refuse = ''] = (await process.ask()).tokens;

    const answer = await process.ask({ request: { refuse }, callers: 50 });
    const late = await process.ask({ request: { refuse } });
    const next = await process.ask();

    expect(new Set([...answer.tokens, ...late.tokens, ...next.tokens]).size).toBe(1);
    expect(answer.tokens).not.toContain(refuse);
    expect(endpoint.requests).toHaveLength(2);
  });

  test('is not used again when there is no other', async () => {
    await using endpoint = await startIdentityEndpoint((_, number) => tokenReply(number, day));
    await using process = startTokenProcess(appService(endpoint));
    const [refuse = ''] = (await process.ask()).tokens;
    endpoint.reply = () => ({ status: 403, json: { message: 'no' } });

    const answer = await process.ask({ request: { refuse } });
    const next = await process.ask();

    expect(answer.errors).toMatchObject([{ code: 'IdentityEndpointFailed' }]);
    expect(next.errors).toMatchObject([{ code: 'IdentityEndpointFailed' }]);
  });

  test('with a claims challenge is answered with a new one, which all callers then share', async () => {
    await using endpoint = await startIdentityEndpoint((_, number) => tokenReply(number, day));
    await using process = startTokenProcess(appService(endpoint));
    const [refuse = ''] = (await process.ask()).tokens;
    const claims = '{"access_token":{"nbf":{"essential":true,"value":"1800000000"}}}';

    const answer = await process.ask({ request: { refuse, claims }, callers: 50 });
    const next = await process.ask({ request: { claims } });

    expect(new Set([...answer.tokens, ...next.tokens]).size).toBe(1);
    expect(answer.tokens).not.toContain(refuse);
    expect(endpoint.requests).toHaveLength(2);
  });
});

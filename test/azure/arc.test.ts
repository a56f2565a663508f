import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type IdentityEndpoint, startIdentityEndpoint, tokenReply } from './fixtures/identity-endpoint.ts';
import { startTokenProcess } from './fixtures/start-token-process.ts';

// Azure Arc on Linux without its variables, as services, cron and sudo have it: only the agent's file shows it.

/** The agent listens there and nowhere else. https://learn.microsoft.com/azure/azure-arc/servers/managed-identity-authentication */
const agentPort = 40_342;
const keyFile = '/var/opt/azcmagent/tokens/1.key';

let root: string;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'arc-'));
  await write('/opt/azcmagent/bin/himds', '');
});
afterEach(() => rm(root, { recursive: true }));

async function write(path: string, content: string): Promise<void> {
  await mkdir(dirname(join(root, path)), { recursive: true });
  await writeFile(join(root, path), content);
}

function startArcProcess(environment: Readonly<Record<string, string>>) {
  const preload = pathToFileURL(join(import.meta.dirname, 'fixtures/arc-agent-preload.ts')).href;
  return startTokenProcess({ NODE_OPTIONS: `--import ${preload}`, ARC_AGENT_ROOT: root, ...environment });
}

/** The agent first names a file, and then expects its content. */
function startAgent(): Promise<IdentityEndpoint> {
  return startIdentityEndpoint(
    ({ headers }, number) =>
      headers.authorization === 'Basic key of the agent'
        ? tokenReply(number)
        : { status: 401, text: '', headers: { 'www-authenticate': `Basic realm=${keyFile}` } },
    agentPort,
  );
}

test.each([
  ['inside Functions', { FUNCTIONS_WORKER_RUNTIME: 'node' }],
  ['in the chain of credentials', {}],
  ['with IDENTITY_ENDPOINT alone', { IDENTITY_ENDPOINT: 'http://127.0.0.1:1/nowhere' }],
])('The agent is found by its file, %s', async (_where, environment) => {
  await write(keyFile, 'key of the agent');
  await using agent = await startAgent();
  await using process = startArcProcess(environment);

  const answer = await process.ask();

  expect(answer).toMatchObject({
    errors: [],
    source: 'AzureArc',
    endpoint: `http://127.0.0.1:${agentPort}/metadata/identity/oauth2/token`,
  });
  expect(agent.requests).toHaveLength(2);
});

test('An agent that does not listen is named, not IMDS', async () => {
  await using process = startArcProcess({ FUNCTIONS_WORKER_RUNTIME: 'node' });

  const answer = await process.ask();

  expect(answer.errors).toMatchObject([
    {
      code: 'ManagedIdentityUnavailable',
      message: expect.stringContaining(
        `127.0.0.1:${agentPort}/metadata/identity/oauth2/token (AzureArc, ECONNREFUSED)`,
      ),
    },
  ]);
});

test('Where the key of the agent cannot be read, the hint names the group that may', async () => {
  await using _agent = await startAgent();
  await using process = startArcProcess({ FUNCTIONS_WORKER_RUNTIME: 'node' });

  const answer = await process.ask();

  expect(answer.errors).toMatchObject([
    {
      code: 'IdentityEndpointFailed',
      message: expect.stringContaining('AzureArc'),
      hint: expect.stringContaining('himds'),
    },
  ]);
});

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import packageJson from '../../package.json' with { type: 'json' };
import { callCli } from './call-cli.ts';
import { runCli, sourceCli } from './run-cli.ts';

let cwd: string;
beforeAll(async () => {
  cwd = await mkdtemp(join(tmpdir(), 'cli-usage-'));
});
afterAll(() => rm(cwd, { recursive: true }));

describe('the command line, before it does anything', () => {
  test('prints its version, from the sources too', async () => {
    const results = await Promise.all([runCli(['--version']), runCli(['--version'], { entry: sourceCli })]);

    expect(results.map(({ code, stdout }) => [code, stdout])).toEqual(
      Array.from({ length: 2 }, () => [0, `${packageJson.version}\n`]),
    );
  });

  test.each(['collect', 'runs', 'list', 'show', 'principals', 'subscriptions', 'forget', 'whoami', 'token'])(
    'shows help with examples for %s',
    async (command) => {
      const { code, stdout, stderr } = await callCli([command, '--help']);

      expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
      expect(stdout).toContain(`vm-identities ${command}`);
      expect(stdout).toMatch(/Examples:\n {2}# .+\n {2}vm-identities /);
      expect(stdout).toContain('--query <jmespath>');
    },
  );

  test('shows the same help for help COMMAND', async () => {
    const [help, option, unknown] = await Promise.all([
      callCli(['help', 'show']),
      callCli(['show', '--help']),
      callCli(['help', 'shwo']),
    ]);

    expect(help).toEqual(option);
    expect(unknown).toMatchObject({ code: 2, stderr: expect.stringContaining('Did you mean show?') });
  });

  test.each([
    [['lsit'], 'Did you mean list?'],
    [['list', '--nmae', 'x'], 'Did you mean --name?'],
    [['list', '-o', 'xml'], 'table, json, tsv, csv, yaml, ndjson'],
    [['list', '--identity-type', 'system'], "--identity-type is 'system'; allowed: none, systemAssigned"],
    [['list', '--stale', 'yes'], "--stale is 'yes'; allowed: true, false"],
    [['list', '--subscription-id', 'prod'], "--subscription-id is 'prod'; allowed: a GUID"],
    [['list', '--as-of', 'yesterday'], "--as-of is 'yesterday'; allowed: a run id"],
    [['list', '--select', 'name,colour'], "--select is 'name,colour'"],
    [['list', '--live', '--as-of', '2026-11-01'], 'it cannot be combined with --as-of'],
    [['list', '--query', '[?'], "--query is '[?'"],
    [['show'], 'missing required argument'],
    [['show', '/subscriptions/x'], 'not a resource id of a virtual machine'],
    [['principals', 'web-01'], "ID is 'web-01'; allowed: a GUID"],
    [['collect', '--subscription', 'prod'], "--subscription is 'prod'; allowed: a GUID"],
    [['collect', '--database', 'https://a.blob.core.windows.net/c'], 'collect writes into a file'],
    [['forget', '11111111-2222-3333-4444-555555555555'], '--reason'],
  ])('refuses %j with exit code 2 and shows what is allowed', async (args, words) => {
    const { code, stdout, stderr } = await callCli(args, { cwd });

    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toContain(words);
  });

  test.each([
    [{ INVENTORY_CONCURENCY: '8' }, 'INVENTORY_CONCURENCY is not a setting; did you mean INVENTORY_CONCURRENCY?'],
    [{ INVENTORY_CONCURRENCY: 'many' }, "INVENTORY_CONCURRENCY is 'many'; allowed: a whole number"],
    [{ AZURE_CLOUD: 'Moon' }, "AZURE_CLOUD is 'Moon'; allowed: AzureCloud"],
  ])('refuses the settings %j with exit code 2 and one line', async (env, words) => {
    const { code, stdout, stderr } = await callCli(['list'], { env, cwd });

    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toContain(words);
    expect(stderr.trim().split('\n')).toHaveLength(1);
  });

  test.each(['list', 'runs', 'subscriptions', 'principals'])(
    'shows how to create the database that %s needs',
    async (command) => {
      const { code, stdout, stderr } = await callCli([command], { cwd });

      expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
      expect(stderr).toContain('or run: vm-identities collect');
    },
  );
});

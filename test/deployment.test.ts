import { access, glob, readFile } from 'node:fs/promises';
import { join, normalize } from 'node:path';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { logRun } from '../functions/run-log.ts';
import type { Run } from '../lib/inventory/run.ts';
import packageJson from '../package.json' with { type: 'json' };
import { objectVariable, readTemplate, root } from './infra/templates.ts';
import { never } from './support/stores.ts';

const main = await readTemplate('main.bicep');
const managementGroup = await readTemplate('management-group.bicep');
const parameters = new Set([...main.parameters, ...managementGroup.parameters].map(({ name }) => name));
const outputs = new Set(main.outputs.map(({ name }) => name));
const deploy = await readFile(join(root, 'docs/deploy.md'), 'utf8');
const operations = await readFile(join(root, 'docs/operations.md'), 'utf8');
const workflows: { readonly name: string; readonly text: string }[] = [];
for await (const name of glob('.github/workflows/*.yml', { cwd: root })) {
  workflows.push({ name, text: await readFile(join(root, name), 'utf8') });
}

/** Words in the same form that are no parameters: fields of answers and of the line per run. */
const fields = new Set([
  'missingRights',
  'blindSpots',
  'grantCommand',
  'inventoryRun',
  'timedOut',
  'runId',
  'startedAt',
  'finishedAt',
  'virtualMachineCount',
  'principalCount',
  'blindSpotsAppeared',
  'newFindings',
  'systemAssigned',
  'userAssigned',
  'otherIdentities',
  'removeCommand',
  'inventorySchedule',
  'lastFinishedAt',
  'lateAfter',
]);

const found = (text: string, pattern: RegExp): string[] => [...text.matchAll(pattern)].map(([, group = '']) => group);

interface Job {
  readonly permissions?: Readonly<Record<string, string>>;
  readonly environment?: string;
  readonly steps: readonly { readonly uses?: string; readonly run?: string }[];
}

const isLogin = ({ uses, run }: Job['steps'][number]): boolean =>
  uses?.startsWith('azure/login@') === true || run?.includes('azd auth login') === true;
const isAttestation = ({ uses }: Job['steps'][number]): boolean =>
  uses?.startsWith('actions/attest-build-provenance@') === true;

/** Scripts of package.json that a text runs. */
const scriptsOf = (text: string): string[] => found(text, /npm run (?:--\S+ )*([\w:-]+)/g);

/** First cells of the table below a heading. */
function rowsBelow(text: string, heading: string): string[] {
  const section = text.slice(text.indexOf(`\n${heading}\n`)).split(/\n#+ /)[1] ?? '';
  return section
    .split('\n')
    .filter((line) => /^\| `/.test(line))
    .flatMap((line) => found(line.split('|')[1] ?? '', /`([^`]+)`/g));
}

test.each([
  ['docs/deploy.md', deploy],
  ['docs/operations.md', operations],
])('%s speaks of parameters, outputs, scripts and files that are there', async (file, text) => {
  const words = found(text, /`([a-z]+[A-Z][A-Za-z]*)(?:=[^`]*)?`/g).filter((word) => !fields.has(word));
  const asked = found(text, /\(output (\w+)\)/g);
  const links = found(text, /\]\(([^)\s]+)\)/g).filter((link) => !/^https?:/.test(link));

  const missing: string[] = [];
  for (const link of links) {
    const path = normalize(join(root, file, '..', link.replace(/#.*$/, '')));
    if (!link.startsWith('#')) await access(path).catch(() => missing.push(link));
  }

  expect(words.filter((word) => !parameters.has(word) && !outputs.has(word))).toEqual([]);
  expect(asked.filter((name) => !outputs.has(name))).toEqual([]);
  expect(scriptsOf(text).filter((script) => !(script in packageJson.scripts))).toEqual([]);
  expect(missing).toEqual([]);
});

test('docs/operations.md explains each field of the line per run, in its order', async () => {
  const lines: string[] = [];
  const logger = { info: (line: string) => void lines.push(line), error: (line: string) => void lines.push(line) };
  const run: Run = {
    id: '20261121T060000Z-0000',
    trigger: 'timer',
    status: 'failed',
    scope: null,
    complete: false,
    reason: null,
    startedAt: '2026-11-21T06:00:00.000Z',
    finishedAt: null,
    virtualMachineCount: 0,
    principalCount: 0,
    changes: {},
    coverage: { complete: 0, partial: 0, failed: 0, denied: 0, skipped: 0, blindSpots: null },
    progress: {
      step: 'plan',
      subscriptionsDone: 0,
      subscriptionsTotal: 0,
      virtualMachines: 0,
      requests: 0,
      updatedAt: '2026-11-21T06:00:00.000Z',
    },
  };

  const unread = { current: () => Promise.reject(new Error('not asked for')) };
  await logRun(run, unread, logger, never);

  expect(rowsBelow(operations, '## The line per run')).toEqual(Object.keys(JSON.parse(lines[0] ?? '')));
});

test('docs/operations.md says what to do for each alert that there is', async () => {
  const rules: string[] = [];
  for (const name of ['alerts', 'activity-alerts', 'availability']) {
    const { text } = await readTemplate(`modules/${name}.bicep`);
    rules.push(...found(text, /key: '([\w-]+)'/g), ...found(text, /namePrefix\}-([a-z]+)'/g));
  }

  expect(rowsBelow(operations, '## Alerts').toSorted()).toEqual(rules.toSorted());
});

test('queries of docs/operations.md find the line as the alerts do', async () => {
  const alerts = await readTemplate('modules/alerts.bicep');
  const queries = found(operations, /```kusto\n([\s\S]*?)```/g).filter((query) => query.includes('inventoryRun'));
  const [condition = 'none'] = found(alerts.text, /(where Message startswith '[^']+')/g);

  expect(queries.length).toBeGreaterThan(2);
  for (const query of queries) expect(query.replace(/ and Message has .*/, '')).toContain(condition);
});

test('host.json does not sample traces: the line per run is one', async () => {
  const host = JSON.parse(await readFile(join(root, 'host.json'), 'utf8'));

  expect(host.logging.applicationInsights.samplingSettings.excludedTypes.split(';')).toContain('Trace');
});

test('azure.yaml deploys the service that the template tags, from the folder that the package leaves', async () => {
  const project = parse(await readFile(join(root, 'azure.yaml'), 'utf8'));
  const functionApp = await readTemplate('modules/function-app.bicep');
  const { inventory, ...others } = project.services;

  expect(Object.keys(others)).toEqual([]);
  expect(functionApp.text).toContain("'azd-service-name': 'inventory'");
  expect(inventory).toMatchObject({ project: '.', host: 'function', dist: 'dist/package', remoteBuild: false });
  expect(await readFile(join(root, 'scripts/package.ts'), 'utf8')).toContain("folder = 'dist/package'");
  for (const { run } of Object.values<{ run: string }>(inventory.hooks.prepackage)) {
    expect(scriptsOf(run).every((script) => script in packageJson.scripts)).toBe(true);
  }
  await access(join(root, project.infra.path, `${project.infra.module}.bicep`));
});

test.each(workflows)('$name pins actions by commit, and runs what is there', async ({ text }) => {
  const workflow = parse(text);
  const actions = found(text, /uses: (.*)$/gm);
  const asked = found(text, /\(output (\w+)\)/g);

  expect(actions.length).toBeGreaterThan(0);
  for (const action of actions) expect(action).toMatch(/^[\w-]+\/[\w-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$/);
  expect(workflow.permissions.contents).toBe('read');
  expect(text).not.toContain('secrets.');
  for (const script of text.match(/run: (?:\|\n(?: {10}.*\n?)+|.*)/g) ?? []) expect(script).not.toContain('${{');
  expect(scriptsOf(text).filter((script) => !(script in packageJson.scripts))).toEqual([]);
  expect(asked.filter((name) => !outputs.has(name))).toEqual([]);
  for (const option of workflow.on.workflow_dispatch?.inputs.parameters.options ?? []) {
    await access(join(root, 'infra/parameters', `${option}.bicepparam`));
  }
});

test.each(workflows)(
  '$name: only a job in an environment signs in or signs provenance, and it runs no code of packages',
  ({ text }) => {
    const { jobs, permissions, on } = parse(text);
    const signingIn = Object.entries<Job>(jobs).filter(([, { steps }]) =>
      steps.some((step) => isLogin(step) || isAttestation(step)),
    );
    const wrong = signingIn.filter(
      ([, { permissions, environment, steps }]) =>
        permissions?.['id-token'] !== 'write' ||
        environment === undefined ||
        steps.some(({ run }) => /\b(?:npm|npx|node)\b|\.ci\//.test(run ?? '')),
    );
    const others = Object.entries<Job>(jobs).filter(
      ([name, job]) => job.permissions?.['id-token'] && !signingIn.some(([other]) => other === name),
    );

    expect(permissions).toEqual({ contents: 'read' });
    expect(Object.keys(on)).not.toContain('pull_request_target');
    expect({ wrong, others }).toEqual({ wrong: [], others: [] });
  },
);

test('the condition in docs/deploy.md lets the deployer assign the roles of main.bicep and no other', async () => {
  const ids = objectVariable(await readTemplate('roles.bicep'), 'roles');
  const texts = [main.text];
  for (const path of ['resource-group.bicep', 'source.bicep']) texts.push((await readTemplate(path)).text);
  const assigned = [...ids].filter(([name]) => texts.some((text) => text.includes(`roles.${name}`)));

  const allowed = found(deploy, /^(?:reader|appRoles)='([^']*)'/gm).flatMap((list) => list.split(', '));

  expect(assigned.length).toBeGreaterThan(4);
  expect(allowed.toSorted()).toEqual(assigned.map(([, id]) => id.slice(1, -1)).toSorted());
});

/**
 * The first major version of each action that runs on Node 24, as its action.yml says. Node 20 is out of support.
 * @see https://github.blog/changelog/2025-09-19-deprecation-of-node-20-on-github-actions-runners/
 */
const firstOnNode24: Readonly<Record<string, number>> = {
  'actions/attest-build-provenance': 3,
  'actions/checkout': 5,
  'actions/download-artifact': 7,
  'actions/setup-dotnet': 5,
  'actions/setup-node': 5,
  'actions/upload-artifact': 6,
  // From 2.3.0 on.
  'Azure/setup-azd': 2,
  'azure/login': 3,
};

test.each(workflows)('$name uses releases of actions that run on Node 24', ({ text }) => {
  const releases = [...text.matchAll(/uses: (\S+)@\S+ # v(\d+)/g)];

  const old = releases.filter(([, action = '', major]) => !(Number(major) >= (firstOnNode24[action] ?? Infinity)));

  expect(old.map(([line]) => line)).toEqual([]);
});

test.each(workflows)('$name builds the package only from what the lock file covers, and shows its hash', ({ text }) => {
  const { jobs } = parse(text);
  const scripts = Object.values<Job>(jobs).map(({ steps }) => steps.map(({ run = '' }) => run).join('\n'));

  const building = scripts.filter((script) => script.includes('.ci/package'));

  expect(building).toHaveLength(1);
  for (const script of building) expect(script).not.toMatch(/npm (?:ci|install)|\.ci\/run/);
  expect(scripts.filter((script) => /npm run (?:package|build)/.test(script))).toEqual([]);
});

test.each(workflows)('$name keeps the SBOM and the hashes with the package', ({ text }) => {
  const uploads = found(text, /path: ((?:\|\n(?: {12}.*\n)+)|.*)/g).filter((path) => /zip|dist\/release/.test(path));

  expect(uploads).toHaveLength(1);
  for (const path of uploads) expect(path).toMatch(/dist\/release\n|vm-identities\.cdx\.json[\s\S]*SHA256SUMS/);
});

test('one commit per action, whichever workflow', () => {
  const pins = new Set(workflows.flatMap(({ text }) => found(text, /uses: (\S+@\S+)/g)));

  expect(pins.size).toBe(new Set([...pins].map((pin) => pin.split('@')[0])).size);
});

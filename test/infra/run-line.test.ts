import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as v from 'valibot';
import { expect, test } from 'vitest';
import { logRun } from '../../functions/run-log.ts';
import type { Run } from '../../lib/inventory/run.ts';
import { readTemplate, root } from './templates.ts';

const beginning = `{"event":"inventoryRun"`;
const failed: Run = {
  id: '20261121T060000Z-3f2a',
  trigger: 'timer',
  status: 'failed',
  scope: null,
  startedAt: '2026-11-21T06:00:00Z',
  finishedAt: '2026-11-21T06:00:42Z',
  complete: false,
  reason: { code: 'StorageDenied', message: 'The store refused it', hint: 'Give it the role' },
  virtualMachineCount: 3,
  principalCount: 2,
  coverage: { complete: 1, partial: 0, failed: 0, denied: 1, skipped: 0, blindSpots: 0 },
  changes: {},
  progress: {
    step: 'done',
    subscriptionsDone: 2,
    subscriptionsTotal: 2,
    virtualMachines: 3,
    requests: 9,
    updatedAt: '2026-11-21T06:00:42Z',
  },
};

const workbookShape = v.object({
  fallbackResourceIds: v.array(v.string()),
  items: v.array(v.object({ name: v.string(), content: v.looseObject({ query: v.optional(v.string()) }) })),
});
const workbook = v.parse(workbookShape, JSON.parse(await readFile(join(root, 'infra/modules/workbook.json'), 'utf8')));
const workbookQueries = workbook.items.flatMap(({ content }) => content.query ?? []);
const alerts = (await readTemplate('modules/alerts.bicep')).text;

test('alerts and workbook find the line by its beginning', async () => {
  const line = await lineOf(failed);

  expect(line.startsWith(beginning)).toBe(true);
  expect(alerts.match(/startswith '(.*)'/)?.[1]).toBe(beginning);
  expect(workbookQueries.length).toBeGreaterThan(5);
  for (const query of workbookQueries) expect(query).toContain(`startswith '${beginning}'`);
});

test('the line has every field that they read', async () => {
  const line = v.parse(v.record(v.string(), v.unknown()), JSON.parse(await lineOf(failed)));

  const read = new Set(
    [alerts, ...workbookQueries].flatMap((text) => [...text.matchAll(/\brun\.([\w.]+)/g)].map(([, path = '']) => path)),
  );
  const missing = [...read].filter((path) => valueAt(line, path.split('.')) === undefined);

  expect(read.size).toBeGreaterThan(15);
  expect(missing).toEqual([]);
});

/** @see https://learn.microsoft.com/kusto/query/mv-expand-operator#syntax */
test('no query expands into a column whose name is an option of mv-expand', () => {
  const expanded = [alerts, ...workbookQueries].flatMap((text) =>
    [...text.matchAll(/\bmv-expand (\w+) ?=/g)].map(([, column]) => column),
  );

  expect(expanded).toEqual(['change']);
});

test('there is an alert for each event that needs attention', () => {
  const keys = [...alerts.matchAll(/^ {4}key: '(.*)'/gm)].map(([, key]) => key);

  expect(keys.sort()).toEqual([
    'blind-spots',
    'high-findings',
    'log-cap',
    'run-failed',
    'run-incomplete',
    'run-late',
    'server-errors',
  ]);
});

test('an alert names only statuses that a run can have', async () => {
  const { runStatuses } = await import('../../lib/inventory/run.ts');
  const named = [...alerts.matchAll(/status (?:==|in) (?:\()?([^)&\n]*)/g)].flatMap(([, list = '']) =>
    [...list.matchAll(/\\?'(\w+)\\?'/g)].map(([, status = '']) => status),
  );

  expect(named.length).toBeGreaterThan(2);
  expect(named.filter((status) => !runStatuses.some((known) => known === status))).toEqual([]);
});

test('the template replaces the placeholder of the workbook', async () => {
  const { text } = await readTemplate('modules/workbook.bicep');

  expect(workbook.fallbackResourceIds).toEqual(['{workspaceResourceId}']);
  expect(text).toContain("replace(loadTextContent('workbook.json'), '{workspaceResourceId}', workspaceResourceId)");
});

async function lineOf(run: Run): Promise<string> {
  const lines: string[] = [];
  const logger = { info: (line: string) => void lines.push(line), error: (line: string) => void lines.push(line) };
  const reader = { current: () => Promise.reject(new Error('a run that failed published nothing')) };
  await logRun(run, reader, logger, AbortSignal.timeout(5_000));
  return lines.at(-1) ?? '';
}

function valueAt(value: unknown, path: readonly string[]): unknown {
  const [name, ...rest] = path;
  if (name === undefined) return value;
  const parent = v.safeParse(v.record(v.string(), v.unknown()), value);
  return parent.success ? valueAt(parent.output[name], rest) : undefined;
}

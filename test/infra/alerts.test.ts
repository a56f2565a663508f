import { Cron } from 'croner';
import { expect, test } from 'vitest';
import { logRun } from '../../functions/run-log.ts';
import { scheduleLine } from '../../functions/schedule-log.ts';
import { newRunId, type Run } from '../../lib/inventory/run.ts';
import { casesOf } from '../support/cases.ts';
import { never } from '../support/stores.ts';
import { type AlertRule, evaluationMinutes, readAlertRules } from './alert-rules.ts';
import { runQuery, type Table } from './kql.ts';

const minute = 60_000;
const runMinutes = 10;
const lineMinutes = 15;
const rules = await readAlertRules();

function rule(key: string): AlertRule {
  const found = rules.find((one) => one.key === key);
  if (found === undefined) throw new Error(`There is no rule ${key}`);
  return found;
}

const time = (text: string): number => new Date(text).getTime();
const shown = (at: number): string => new Date(at).toISOString().slice(0, 16);

interface Plan {
  readonly schedule: string;
  readonly from: string;
  readonly days: number;
  /** Whether the run that starts then succeeds. */
  readonly succeeds?: (at: number) => boolean;
  /** Whether the app works then. */
  readonly works?: (at: number) => boolean;
}

/** Lines of the watchdog with the outcomes of the runs until then. It logs three times as many, which say the same. */
function scheduleLines({ schedule, from, days, succeeds = () => true, works = () => true }: Plan): Table {
  const cron = new Cron(schedule, { domAndDow: true, paused: true });
  const first = time(from);
  const lines: { TimeGenerated: Date; Message: string }[] = [];
  let finishedAt = first;
  let next = cron.nextRun(new Date(first))?.getTime() ?? Infinity;
  let line = '';
  for (let at = first + 2.5 * minute; at < first + days * 1440 * minute; at += lineMinutes * minute) {
    while (next + runMinutes * minute <= at) {
      if (works(next) && succeeds(next)) {
        finishedAt = next + runMinutes * minute;
        line = '';
      }
      next = cron.nextRun(new Date(next))?.getTime() ?? Infinity;
    }
    if (!works(at)) continue;
    const lastRun = { finishedAt: new Date(finishedAt).toISOString(), complete: true };
    line ||= scheduleLine(schedule, lastRun, null, new Date(at));
    lines.push({ TimeGenerated: new Date(at), Message: line });
  }
  return lines;
}

/** Evaluates a rule every 15 minutes. @returns the times at which its condition begins and ceases to be met */
function changesOf({ query, windowMinutes, threshold }: AlertRule, plan: Plan): readonly string[] {
  const lines = scheduleLines(plan);
  const changes: string[] = [];
  let fired = false;
  let oldest = 0;
  const windowMs = windowMinutes * minute;
  const end = time(plan.from) + plan.days * 1440 * minute;
  // A window before the first evaluation, the app already worked.
  for (let at = time(plan.from) + windowMs; at < end; at += evaluationMinutes * minute) {
    while ((lines[oldest]?.TimeGenerated.getTime() ?? Infinity) <= at - windowMs) oldest += 1;
    const recent = lines.slice(oldest, oldest + windowMinutes / lineMinutes);
    const found = runQuery(query, { AppTraces: recent }, new Date(at - windowMs), new Date(at));
    if (found.length > threshold === fired) continue;
    fired = !fired;
    changes.push(`${fired ? 'late' : 'in time'} ${shown(at)}`);
  }
  return changes;
}

// The first ones are those that `npm test` runs.
const schedules = {
  'every six hours': '0 0 */6 * * *',
  weekdays: '0 0 6 * * 1-5',
  hourly: '0 0 * * * *',
  daily: '0 0 6 * * *',
  weekly: '0 0 6 * * 1',
  monthly: '0 0 0 1 * *',
};

test.each(casesOf(2, Object.entries(schedules)))(
  '%s: in 60 days of runs that succeed, no run is late',
  (_, schedule) => {
    expect(changesOf(rule('run-late'), { schedule, from: '2026-10-01T00:00:00Z', days: 60 })).toEqual([]);
  },
);

// 2026-10-16 is a Friday. A run is late when the second one after it should have ended, and half an hour has passed.
test.each([
  [schedules.hourly, '2026-10-16T12:00:00Z', '2026-10-16T14:45', '2026-10-20T09:00:00Z', '2026-10-20T09:30'],
  [
    schedules['every six hours'],
    '2026-10-16T12:00:00Z',
    '2026-10-17T00:45',
    '2026-10-20T06:00:00Z',
    '2026-10-20T06:30',
  ],
  [schedules.daily, '2026-10-16T06:00:00Z', '2026-10-18T06:45', '2026-10-20T06:00:00Z', '2026-10-20T06:30'],
  [schedules.weekdays, '2026-10-16T06:00:00Z', '2026-10-20T06:45', '2026-10-22T06:00:00Z', '2026-10-22T06:30'],
  [schedules.weekly, '2026-10-12T06:00:00Z', '2026-10-26T06:45', '2026-11-02T06:00:00Z', '2026-11-02T06:30'],
])('%s: runs fail after %s: late at %s, until a run succeeds', (schedule, last, late, back, inTime) => {
  const succeeds = (at: number) => at <= time(last) || at >= time(back);

  const changes = changesOf(rule('run-late'), { schedule, from: '2026-10-01T00:00:00Z', days: 60, succeeds });

  expect(changes).toEqual([`late ${late}`, `in time ${inTime}`]);
});

test('monthly: late when the second run after the last one is missing', () => {
  const plan = { schedule: schedules.monthly, from: '2026-10-30T00:00:00Z', days: 70 };

  const changes = changesOf(rule('run-late'), { ...plan, succeeds: (at) => at <= time('2026-11-01T00:00:00Z') });

  expect(changes).toEqual(['late 2027-01-01T00:45']);
});

test.each(casesOf(2, Object.entries(schedules)))('%s: one run that fails is not late yet', (_, schedule) => {
  let failed = false;
  const succeeds = (at: number) => {
    if (failed || at < time('2026-10-10T00:00:00Z')) return true;
    failed = true;
    return false;
  };

  const changes = changesOf(rule('run-late'), { schedule, from: '2026-10-01T00:00:00Z', days: 60, succeeds });

  expect({ failed, changes }).toEqual({ failed: true, changes: [] });
});

test.each(casesOf(2, Object.entries(schedules)))(
  '%s: an app that stops is late within two hours, and stays so',
  (_, schedule) => {
    const works = (at: number) => at < time('2026-10-16T12:00:00Z') || at >= time('2026-11-02T05:58:00Z');

    const changes = changesOf(rule('run-late'), { schedule, from: '2026-10-01T00:00:00Z', days: 60, works });

    expect(changes[0]).toMatch(/^late 2026-10-16T1(3|4):\d\d$/);
    expect(changes[1]).toMatch(/^in time 2026-11-02T0[67]:\d\d$/);
    expect(changes).toHaveLength(2);
  },
);

/** The line of a run that ended. */
async function runLine(finishedAt: string, outcome: Partial<Run>, more: object = {}): Promise<string> {
  const run: Run = {
    id: newRunId(finishedAt),
    trigger: 'timer',
    status: 'succeeded',
    scope: null,
    startedAt: finishedAt,
    finishedAt,
    complete: true,
    reason: null,
    virtualMachineCount: 3,
    principalCount: 2,
    coverage: { complete: 1, partial: 0, failed: 0, denied: 0, skipped: 0, blindSpots: 0 },
    changes: {},
    progress: {
      step: 'done',
      subscriptionsDone: 1,
      subscriptionsTotal: 1,
      virtualMachines: 3,
      requests: 9,
      updatedAt: finishedAt,
    },
    ...outcome,
  };
  const lines: string[] = [];
  const logger = { info: (line: string) => void lines.push(line), error: (line: string) => void lines.push(line) };
  const reader = { current: () => Promise.reject(new Error('these runs have no database')) };
  await logRun(run, reader, logger, never);
  return JSON.stringify({ ...JSON.parse(lines.at(-1) ?? ''), ...more });
}

test.each([
  ['run-failed', { status: 'failed' }, {}],
  ['run-failed', { status: 'timedOut' }, {}],
  ['run-incomplete', { complete: false }, {}],
  ['blind-spots', {}, { blindSpotsAppeared: 2 }],
  ['high-findings', {}, { newFindings: { high: 1, medium: 0, low: 0 } }],
] as const)('%s alerts once for each run, at whatever minute its line arrives: %o', async (key, outcome, more) => {
  const alert = rule(key);
  const table: Table[number][] = [];
  // Some 60 days, with each minute of the hour.
  for (let index = 0; index < 120; index += 1) {
    const at = new Date(time('2026-10-01T00:01:00Z') + index * (12 * 60 + 1) * minute);
    const isBad = index % 2 === 0;
    const line = await runLine(at.toISOString(), isBad ? outcome : {}, isBad ? more : {});
    table.push({ TimeGenerated: at, Message: line });
  }

  const alerts: string[] = [];
  for (let at = time('2026-10-01T00:15:00Z'); at < time('2026-12-01T00:00:00Z'); at += evaluationMinutes * minute) {
    const since = new Date(at - alert.windowMinutes * minute);
    for (const row of runQuery(alert.query, { AppTraces: table }, since, new Date(at))) {
      alerts.push(String(row[alert.dimension ?? '']));
    }
  }

  expect(alerts.length).toBeGreaterThan(50);
  expect(new Set(alerts).size).toBe(alerts.length);
  expect(alerts).toHaveLength(table.filter((_, index) => index % 2 === 0).length);
});

test('a rule that says "resolved" watches a state, and no other does', () => {
  expect(rules.filter(({ isState }) => isState).map(({ key }) => key)).toEqual(['run-late']);
});

test('a rule on what happened looks back as far as the last evaluation', () => {
  const events = rules.filter(({ isState }) => !isState);

  expect(events.length).toBeGreaterThan(5);
  for (const { windowMinutes } of events) expect(windowMinutes).toBe(evaluationMinutes);
});

test.each([
  [5, '500', 'virtual-machines', true],
  [4, '500', 'virtual-machines', false],
  [5, '504', 'virtual-machines', true],
  [50, '503', 'summary', false],
  [50, '500', 'health', false],
  [50, '404', 'virtual-machines', false],
])('%i requests that answer %s at %s: server-errors alerts: %s', (count, ResultCode, Name, alerts) => {
  const { query, threshold } = rule('server-errors');
  const now = new Date('2026-10-01T00:15:00Z');
  const requests = Array.from({ length: count }, () => ({ TimeGenerated: now, ResultCode, Name }));

  const found = runQuery(query, { AppRequests: requests }, new Date(0), now);

  expect(found.length > threshold).toBe(alerts);
});

test('log-cap alerts on what the workspace says when it stops collecting', () => {
  const now = new Date('2026-10-01T00:15:00Z');
  const said = (Category: string, Detail: string) => ({ TimeGenerated: now, Category, Detail });

  const found = runQuery(
    rule('log-cap').query,
    {
      _LogOperation: [
        said('Ingestion', 'Data collection stopped due to daily limit. Ingestion status = OverQuota'),
        said('Ingestion', 'Some data was dropped'),
      ],
    },
    new Date(0),
    now,
  );

  expect(found).toHaveLength(1);
});

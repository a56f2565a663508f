import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Database, openForReading, openForWriting } from '../../lib/database/database.ts';
import { openMerge } from '../../lib/database/merge/merge.ts';
import { InventoryError } from '../../lib/errors.ts';
import type { CoverageStatus } from '../../lib/inventory/coverage.ts';
import type { FollowUp } from '../../lib/inventory/reading.ts';
import type { Run } from '../../lib/inventory/run.ts';
import { openSources, type Source } from '../../lib/sources/source.ts';
import { takeIn } from '../../lib/sources/take-in.ts';
import { caseCount } from '../support/cases.ts';
import { guid, guidOf, machine, mergeRun, planOf, type RunReading, writeRun } from '../support/readings.ts';
import { never } from '../support/stores.ts';

const names = ['a', 'b', 'c', 'd'];
/** Both sources have subscription 2; each has one of its own; this deployment may see 2 and 5. */
const subscriptionsOf: Readonly<Record<number, readonly string[]>> = { 0: [guid(2), guid(3)], 1: [guid(2), guid(4)] };
const ownSubscriptions = [guid(2), guid(5)];

interface Read {
  readonly status: CoverageStatus;
  readonly shown: readonly string[];
}
type Step =
  | { readonly at: 'source'; readonly source: 0 | 1; readonly reads: readonly Read[] }
  | { readonly at: 'here'; readonly reachable: readonly boolean[]; readonly reads: readonly (Read | null)[] };

const read: fc.Arbitrary<Read> = fc.record({
  status: fc.constantFrom<CoverageStatus>('complete', 'complete', 'complete', 'partial', 'failed', 'denied'),
  shown: fc.subarray(names),
});
const step: fc.Arbitrary<Step> = fc.oneof(
  fc.record({ at: fc.constant('source' as const), source: fc.constantFrom<0 | 1>(0, 1), reads: fc.tuple(read, read) }),
  fc.record({
    at: fc.constant('here' as const),
    reachable: fc.tuple(fc.boolean(), fc.boolean()),
    reads: fc.tuple(fc.option(read), fc.option(read)),
  }),
);

const identityOf = (name: string) =>
  ({ type: 'SystemAssigned', principalId: guidOf(name), tenantId: guid(9), userAssignedIdentities: {} }) as const;

let folder: string;
let cases = 0;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'take-in-properties-'));
});
afterAll(() => rm(folder, { recursive: true }));

function readingOf(day: number, ids: readonly string[], reads: readonly (Read | null)[]): RunReading {
  const subscriptions = ids.flatMap((id, index) => {
    const one = reads[index] ?? null;
    if (one === null) return [];
    const shown = one.status === 'complete' || one.status === 'partial' ? one.shown : [];
    const machines = shown.map((name) =>
      machine(`${name}-${id.slice(-1)}`, { subscriptionId: id, identity: identityOf(`${name}-${id}`) }),
    );
    return [[id, { status: one.status, machines }] as const];
  });
  return { day, subscriptions: Object.fromEntries(subscriptions), plan: { kinds: ['virtualMachines'] } };
}

/** Azure's answer about a machine by id: it is gone. This deployment may ask only if it sees the subscription. */
function answer(followUp: FollowUp, seen: ReadonlySet<string>): void {
  const subscriptionId = followUp.resourceId.split('/')[2] ?? '';
  if (!seen.has(subscriptionId)) throw new Error(`Azure is asked about ${followUp.resourceId}`);
  if (followUp.ask === 'machine') followUp.answer({ outcome: 'absent' });
}

async function runHere(
  database: Database,
  day: number,
  sources: readonly Source[],
  reads: readonly (Read | null)[],
): Promise<Run> {
  const reading = readingOf(day, ownSubscriptions, reads);
  await using open = await openSources(sources, folder, never);
  const plan = planOf(reading);
  const takenIn = takeIn(plan, database, open.all, []);
  const options = { ignoredTags: [], retentionDays: 400, idleDays: 30, sharedIdentityLimit: 10 };
  const merge = openMerge(database, takenIn.plan, { ...options, finishedAt: () => plan.startedAt });
  takenIn.writeUncontested(merge.write);
  await takenIn.writeContested(merge.write, async (sink) => writeRun(sink, plan, reading));
  const seen = new Set(Object.keys(reading.subscriptions));
  for (let asked = merge.followUps(); asked.length > 0; asked = merge.followUps()) {
    for (const followUp of asked) if (!takenIn.answered(followUp)) answer(followUp, seen);
  }
  return merge.commit();
}

/** Opened without waiting for the disk: the file need not outlive the process. */
function openQuickly(path: string): Database {
  const database = openForWriting(path);
  database.exec('PRAGMA journal_mode = MEMORY; PRAGMA synchronous = OFF');
  return database;
}

/** Subscriptions in which the newest run reports a deletion. */
function deletedIn(database: Database): string[] {
  return database
    .prepare(`SELECT DISTINCT lower(substr(resource_id, 16, 36)) AS subscription FROM changes
      WHERE kind = 'virtualMachineDeleted' AND seq = (SELECT max(seq) FROM run)`)
    .all()
    .map((row) => String(row.subscription));
}

test('No deletion is ever reported of a subscription whose source could not be reached, nor is such a run complete', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 2, maxLength: 14 }), async (steps) => {
      cases += 1;
      const paths = [0, 1].map((index) => join(folder, `${cases}-${index}.sqlite`));
      const here = openQuickly(join(folder, `${cases}-here.sqlite`));
      const published = new Set<number>();
      for (const [index, one] of steps.entries()) {
        const day = index + 1;
        if (one.at === 'source') {
          const database = openQuickly(paths[one.source] ?? '');
          mergeRun(database, readingOf(day, subscriptionsOf[one.source] ?? [], one.reads));
          database.close();
          published.add(one.source);
          continue;
        }
        const reachable = (source: number): boolean => one.reachable[source] === true && published.has(source);
        const sources = paths.map(
          (path, source): Source => ({
            name: `source-${source}`,
            async open() {
              if (!reachable(source)) throw new InventoryError('StorageUnreachable', 'Nothing listens');
              return { database: openForReading(path), damage: null, readMs: 60_000 };
            },
          }),
        );
        const run = await runHere(here, day, sources, one.reads);
        const readable = new Set([
          ...[0, 1].filter(reachable).flatMap((source) => subscriptionsOf[source] ?? []),
          ...ownSubscriptions.filter((_, own) => one.reads[own] !== null),
        ]);
        expect(deletedIn(here).filter((id) => !readable.has(id))).toEqual([]);
        if (run.complete && published.size === 2) {
          const covered = [...readable, guid(2)];
          expect([guid(2), guid(3), guid(4)].filter((id) => !covered.includes(id))).toEqual([]);
        }
      }
      here.close();
    }),
    { numRuns: caseCount('PROPERTY_RUNS', { few: 10, many: 300 }) },
  );
});

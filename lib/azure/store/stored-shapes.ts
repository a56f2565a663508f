import * as v from 'valibot';
import { kinds } from '../../inventory/coverage.ts';
import { changeKinds, type Run, runIdPattern, runStatuses, runStepNames } from '../../inventory/run.ts';

// The JSON that the store keeps, as it is read back. Unknown fields of a newer version are left out.

const text = v.string();
const count = v.number();
const reason = v.nullable(v.object({ code: text, message: text, hint: v.nullable(text) }));
const trigger = v.picklist(['timer', 'http', 'cli']);
const ids = v.nullable(v.array(text));

/** A record must stay readable for the version before, should that come back. */
const knownChanges = (counts: Readonly<Record<string, number>>): Run['changes'] =>
  Object.fromEntries(changeKinds.flatMap((kind) => (kind in counts ? [[kind, counts[kind]]] : [])));

/** `latest.json` */
export const latestShape = v.object({
  runId: text,
  seq: count,
  database: v.pipe(text, v.startsWith('databases/')),
  sizeBytes: count,
  sha256: v.pipe(text, v.regex(/^[0-9a-f]{64}$/)),
  publishedAt: text,
  complete: v.boolean(),
  previous: v.nullable(v.object({ database: text, sha256: text })),
});

/** `runs/<runId>/run.json` */
export const runShape = v.object({
  id: v.pipe(text, v.regex(runIdPattern)),
  trigger,
  status: v.picklist(runStatuses),
  scope: ids,
  startedAt: text,
  finishedAt: v.nullable(text),
  complete: v.boolean(),
  reason,
  virtualMachineCount: count,
  principalCount: count,
  coverage: v.object({
    complete: count,
    partial: count,
    failed: count,
    denied: count,
    skipped: count,
    blindSpots: v.nullable(count),
  }),
  changes: v.pipe(v.record(v.string(), count), v.transform(knownChanges)),
  progress: v.object({
    step: v.picklist(runStepNames),
    subscriptionsDone: count,
    subscriptionsTotal: count,
    virtualMachines: count,
    requests: count,
    updatedAt: text,
  }),
});

/** `runs/<runId>/plan.json` */
export const planShape = v.object({
  hash: text,
  plan: v.object({
    runId: text,
    trigger,
    startedAt: text,
    afterSeq: v.exactOptional(count),
    scope: ids,
    kinds: v.array(v.picklist(kinds)),
    clientIds: v.optional(v.boolean(), false),
    subscriptions: v.array(
      v.object({ subscriptionId: text, displayName: text, tenantId: v.nullable(text), state: text, skip: reason }),
    ),
    outOfScope: v.array(text),
    blindSpots: v.array(
      v.object({
        subscriptionId: text,
        displayName: v.nullable(text),
        source: v.picklist(['managementGroup', 'previousRun', 'configured']),
        grantCommand: text,
      }),
    ),
    blindSpotsKnown: v.boolean(),
    principalId: v.nullable(text),
    reason,
  }),
  batches: v.array(
    v.object({
      subscriptionIds: v.array(text),
      takenFrom: v.nullable(v.object({ runId: text, planHash: text, batch: count })),
    }),
  ),
});

/** `runs/running.json` */
export const claimShape = v.object({ runId: v.pipe(text, v.regex(runIdPattern)) });

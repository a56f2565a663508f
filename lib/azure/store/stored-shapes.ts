import * as v from 'valibot';
import { blindSpotShape, kinds } from '../../inventory/coverage.ts';
import { changeKinds, type Run, runIdPattern, runShape, runTriggers } from '../../inventory/run.ts';
import { count, nullableText, reason, text } from '../../inventory/shape.ts';

// The JSON that the store keeps. Reading drops unknown fields, which a newer version may have written.

const ids = v.nullable(v.array(text));

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

/** `runs/<runId>/run.json`. It stays readable for the version before, which drops kinds of change that it does not know. */
export const storedRunShape = v.object({
  ...runShape.entries,
  changes: v.pipe(v.record(text, count), v.transform(knownChanges)),
});

/** `runs/<runId>/plan.json` */
export const planShape = v.object({
  hash: text,
  plan: v.object({
    runId: text,
    trigger: v.picklist(runTriggers),
    startedAt: text,
    afterSeq: v.exactOptional(count),
    scope: ids,
    kinds: v.array(v.picklist(kinds)),
    clientIds: v.optional(v.boolean(), false),
    subscriptions: v.array(
      v.object({ subscriptionId: text, displayName: text, tenantId: nullableText, state: text, skip: reason }),
    ),
    outOfScope: v.array(text),
    blindSpots: v.array(v.omit(blindSpotShape, ['since'])),
    blindSpotsKnown: v.boolean(),
    principalId: nullableText,
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

import * as v from 'valibot';
import { authorShape, authorStatuses } from './authors/author.ts';
import { changeKinds, runIdPattern } from './run.ts';
import { nullableText, type ShapeOf, text, time } from './shape.ts';

const fields = v.nullable(v.record(text, v.unknown()));

/** One event between two runs. */
export const changeShape = v.object({
  /** Time of the reading that found it. */
  at: time,
  /** The last complete reading before: the event lies between the two. null where there was none. */
  notBefore: v.nullable(time),
  runId: v.pipe(text, v.regex(runIdPattern)),
  kind: v.picklist(changeKinds),
  /** The machine, the role assignment, the user-assigned identity, or `/subscriptions/<id>`. */
  resourceId: text,
  principalId: nullableText,
  before: fields,
  after: fields,
  /** Who caused it, by the activity log; null unless `byStatus` is `found`. */
  by: v.nullable(authorShape),
  /** `notRead` for kinds without an author too. */
  byStatus: v.picklist(authorStatuses),
});
export type Change = ShapeOf<typeof changeShape>;

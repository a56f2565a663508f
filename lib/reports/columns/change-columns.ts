import type { Change } from '../../inventory/change.ts';
import type { Columns } from './columns.ts';

/** One row per change. What was before and after is JSON: which fields it has depends on the kind. */
export const changeColumns: Columns<Change> = {
  at: ({ at }) => at,
  notBefore: ({ notBefore }) => notBefore,
  runId: ({ runId }) => runId,
  kind: ({ kind }) => kind,
  resourceId: ({ resourceId }) => resourceId,
  principalId: ({ principalId }) => principalId,
  before: ({ before }) => json(before),
  after: ({ after }) => json(after),
};

function json(fields: Change['before']): string | null {
  return fields === null ? null : JSON.stringify(fields);
}

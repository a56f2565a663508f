import type { ChangeSource } from './change-source.ts';
import { changeColumns, changeSources } from './change-sources.ts';

const selectOf = (source: ChangeSource) =>
  `SELECT ${changeColumns(source)}, ${source.before} AS before, ${source.after} AS after FROM ${source.from} WHERE ${source.where}`;

/**
 * What happened: one row per change, by the `seq` of the run that found it. The oldest run is a baseline: of what ended there,
 * retention has left nothing.
 */
export const changeViews = `
CREATE VIEW changes AS
SELECT seq, run_id, at, not_before, kind, resource_id, principal_id, before, after FROM (
${changeSources.map(selectOf).join('\nUNION ALL\n')}
) WHERE seq > (SELECT min(r.seq) FROM run r);
`;

import { type Severity, severities } from '../../inventory/finding.ts';
import type { Database } from '../database.ts';
import { integer, oneOf } from './columns.ts';
import { prepared } from './statements.ts';

/** How much of what a run shows the run before it did not. */
export interface Appeared {
  readonly blindSpots: number;
  readonly findings: Readonly<Record<Severity, number>>;
}

const blindSpotsBegun = 'SELECT count(*) AS count FROM blind_spot WHERE valid_from = $seq';

/** A row also begins where only the words or the staleness of a finding changed: that is not new. */
const findingsBegun = `
SELECT severity, count(*) AS count FROM finding f
WHERE valid_from = $seq AND NOT EXISTS (
  SELECT 1 FROM finding before
  WHERE before.rule = f.rule AND before.resource_id = f.resource_id AND before.principal_id = f.principal_id
    AND before.valid_to = $seq AND before.severity = f.severity)
GROUP BY severity`;

/** Counts what began with a run. What had ended and came back counts, and so does a finding that became another severity. */
export function appearedInRun(database: Database, seq: number): Appeared {
  const blindSpots = prepared(database, blindSpotsBegun).get({ $seq: seq });
  const findings = { high: 0, medium: 0, low: 0 };
  for (const row of prepared(database, findingsBegun).all({ $seq: seq })) {
    findings[oneOf(severities, row.severity, 'severity')] = integer(row, 'count');
  }
  return { blindSpots: blindSpots === undefined ? 0 : integer(blindSpots, 'count'), findings };
}

import type { Finding } from '../../inventory/finding.ts';
import type {
  ChangeFilter,
  ChangeRange,
  FindingFilter,
  MachineFilter,
  PrincipalFilter,
  ShownKinds,
} from '../../inventory/query.ts';
import type { ReportName, ReportSource, RequestedReport } from '../../inventory/report.ts';
import { allKinds, changeListKinds, machineListKinds, principalListKinds } from '../../inventory/shown-kinds.ts';
import type { Database } from '../database.ts';
import { iterateChanges } from './changes.ts';
import { completeness } from './coverage/completeness.ts';
import { readLedger } from './coverage/ledger.ts';
import { type Accepted, iterateFindings } from './findings.ts';
import { refuseImpossibleFilter } from './machines/tag-names.ts';
import { iterateVirtualMachines } from './machines/virtual-machines.ts';
import { iteratePrincipals } from './principals/principals.ts';
import { getRun } from './runs.ts';

interface ReportRequest {
  readonly report: RequestedReport;
  /** The runs to compare; the report shows the state at the later one. */
  readonly range: ChangeRange;
  readonly accepted: Accepted;
  /** A workbook shows all reports and is complete when all of them are. */
  readonly whole: boolean;
  /** The newest file is damaged and this is the one before: nothing is complete. */
  readonly damaged: boolean;
}

/**
 * The content of a report. Rows, and facts that only some formats show, are read only when the format needs them.
 * A workbook also has the other reports: each applies those filters of the requested report that it has itself.
 * @throws {ImpossibleFilterError} no machine has a required tag
 */
export function reportSource(database: Database, request: ReportRequest): ReportSource {
  const { report, range, accepted, whole, damaged } = request;
  const asOf = range.to;
  const kinds = whole ? allKinds : kindsOf(report);
  const { subscriptionId } = report.filter;
  const answer = completeness(database, asOf, kinds, report.filter);
  const matches = (row: { readonly subscriptionId: string }): boolean =>
    subscriptionId === undefined || row.subscriptionId.toLowerCase() === subscriptionId;
  const filters = filtersOf(report);
  // Rows are read while the report is written: too late to refuse a filter.
  refuseImpossibleFilter(database, asOf, filters.virtualMachines);
  return {
    name: report.name,
    asOf,
    changesAfter: whole || report.name === 'changes' ? range.from : null,
    complete: answer.complete && !damaged,
    counts: answer.coverage,
    kinds,
    get coverage() {
      return readLedger(database, asOf).coverage.filter(matches);
    },
    get blindSpots() {
      return readLedger(database, asOf).blindSpots?.filter(matches) ?? null;
    },
    get reason() {
      return getRun(database, asOf.runId)?.reason ?? null;
    },
    virtualMachines: () => iterateVirtualMachines(database, asOf, filters.virtualMachines),
    principals: () => iteratePrincipals(database, asOf, filters.principals),
    changes: () => iterateChanges(database, range, filters.changes),
    findings: (): Iterable<Finding> => iterateFindings(database, asOf, filters.findings, accepted),
  };
}

function kindsOf({ name, filter }: RequestedReport): ShownKinds {
  switch (name) {
    case 'virtualMachines':
      return machineListKinds(filter);
    case 'principals':
      return principalListKinds(filter);
    case 'changes':
      return changeListKinds(filter.kind);
    default:
      return allKinds;
  }
}

interface Filters extends Readonly<Record<ReportName, object>> {
  readonly virtualMachines: MachineFilter;
  readonly principals: PrincipalFilter;
  readonly changes: ChangeFilter;
  readonly findings: FindingFilter;
}

function filtersOf({ name, filter }: RequestedReport): Filters {
  const { subscriptionId, principalId } = filter;
  const common = {
    ...(subscriptionId === undefined ? {} : { subscriptionId }),
    ...(principalId === undefined ? {} : { principalId }),
  };
  const others = { virtualMachines: common, principals: common, changes: common, findings: common };
  // `contains` looks in other fields of a principal than of a machine.
  if (name === 'virtualMachines') {
    return { ...others, virtualMachines: filter, principals: { ...filter, containsIn: 'machine' } };
  }
  if (name === 'principals') {
    const { state: _state, kind: _kind, contains: _contains, ...machines } = filter;
    return { ...others, virtualMachines: machines, principals: filter };
  }
  const { resourceId } = filter;
  const ofResource = { ...common, ...(resourceId === undefined ? {} : { resourceId }) };
  return name === 'changes'
    ? { ...others, findings: ofResource, changes: filter }
    : { ...others, changes: ofResource, findings: filter };
}

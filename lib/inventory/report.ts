import { InventoryError, type Reason } from '../errors.ts';
import type { Change } from './change.ts';
import type { BlindSpot, Coverage, CoverageCounts, Kind } from './coverage.ts';
import type { Finding } from './finding.ts';
import type { Principal } from './principal.ts';
import type { ChangeFilter, FindingFilter, MachineFilter, PrincipalFilter } from './query.ts';
import type { VirtualMachine } from './virtual-machine.ts';

export const reportNames = ['virtualMachines', 'principals', 'changes', 'findings'] as const;
export type ReportName = (typeof reportNames)[number];

/** Formats of a report; `md` exists on the command line only. */
export const reportFormats = ['csv', 'xlsx', 'ndjson', 'html', 'md'] as const;
export type ReportFormat = (typeof reportFormats)[number];

/** The reports that are files of the API and of the store. */
export const reportFiles = reportNames.flatMap((name) =>
  reportFormats.filter((format) => format !== 'md').map((format) => ({ file: `${name}.${format}`, name, format })),
);

/** A report and the filter of its rows. */
export type RequestedReport =
  | { readonly name: 'virtualMachines'; readonly filter: MachineFilter }
  | { readonly name: 'principals'; readonly filter: PrincipalFilter }
  | { readonly name: 'changes'; readonly filter: ChangeFilter }
  | { readonly name: 'findings'; readonly filter: FindingFilter };

/** A run as reports show it. */
export interface ReportedRun {
  readonly runId: string;
  readonly finishedAt: string;
}

/** The source of a report: rows, which can be read repeatedly, and how complete they are. */
export interface ReportSource {
  readonly name: ReportName;
  /** The run whose state the report shows. */
  readonly asOf: ReportedRun;
  /** The report shows changes after this run; null for the first run, and in reports without changes. */
  readonly changesAfter: ReportedRun | null;
  readonly complete: boolean;
  readonly counts: CoverageCounts;
  /** Kinds that `complete` covers. */
  readonly kinds: readonly Kind[];
  readonly coverage: readonly Coverage[];
  /** null where they are unknown. */
  readonly blindSpots: readonly BlindSpot[] | null;
  /** Why the run as a whole is not complete. */
  readonly reason: Reason | null;
  readonly virtualMachines: () => Iterable<VirtualMachine>;
  readonly principals: () => Iterable<Principal>;
  readonly changes: () => Iterable<Change>;
  readonly findings: () => Iterable<Finding>;
}

/** More rows than the format of a report can hold. Nothing of it was written. */
export class ReportTooLargeError extends InventoryError {
  override readonly name = 'ReportTooLargeError';
  constructor(message: string, options: { hint: string }) {
    super('ReportTooLarge', message, options);
  }
}

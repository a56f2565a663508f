import * as v from 'valibot';
import type { ReportName, RequestedReport } from '../inventory/report.ts';
import {
  changeFilterEntries,
  findingFilterEntries,
  machineFilterEntries,
  principalFilterEntries,
  toMachineFilter,
  toPrincipalFilter,
} from './filters.ts';
import { asOf } from './parameter-values.ts';

const at = { asOf: v.exactOptional(asOf) };

/** The parameters of each report: those of the list with the same name that select rows. */
export const reportQueries = {
  virtualMachines: v.strictObject({ ...machineFilterEntries, ...at }),
  principals: v.strictObject({ ...principalFilterEntries, ...at }),
  changes: v.strictObject(changeFilterEntries),
  findings: v.strictObject({ ...findingFilterEntries, ...at }),
};

/** A report and its runs: it shows the state at `to`; `from` is for changes only. */
export interface ReportParameters {
  readonly report: RequestedReport;
  readonly from?: string | undefined;
  readonly to?: string | undefined;
}

/** Checks the given parameters against one of the schemas above, and returns its output. */
type Parse = <const Schema extends (typeof reportQueries)[ReportName]>(schema: Schema) => v.InferOutput<Schema>;

/** Reads the parameters of a report, for HTTP and the command line. @throws what `parse` throws */
export function reportParameters(name: ReportName, parse: Parse): ReportParameters {
  switch (name) {
    case 'virtualMachines': {
      const { asOf: to, ...filter } = parse(reportQueries.virtualMachines);
      return { report: { name, filter: toMachineFilter(filter) }, to };
    }
    case 'principals': {
      const { asOf: to, ...filter } = parse(reportQueries.principals);
      return { report: { name, filter: toPrincipalFilter(filter) }, to };
    }
    case 'changes': {
      const { from, to, ...filter } = parse(reportQueries.changes);
      return { report: { name, filter }, from, to };
    }
    case 'findings': {
      const { asOf: to, ...filter } = parse(reportQueries.findings);
      return { report: { name, filter }, to };
    }
  }
}

import * as v from 'valibot';
import { principalStates } from '../inventory/principal.ts';
import type { AskedReport, ReportName } from '../inventory/report.ts';
import { asOf } from './fields.ts';
import { changeFilterEntries, findingFilterEntries } from './log-filters.ts';
import { machineFilterEntries, toMachineFilter } from './machine-filter.ts';

const at = { asOf: v.exactOptional(asOf) };

/** The parameters of each report: those of the list of the same name that choose rows. */
export const reportQueries = {
  virtualMachines: v.strictObject({ ...machineFilterEntries, ...at }),
  principals: v.strictObject({
    ...machineFilterEntries,
    state: v.exactOptional(v.picklist(principalStates, principalStates.join(', '))),
    ...at,
  }),
  changes: v.strictObject(changeFilterEntries),
  findings: v.strictObject({ ...findingFilterEntries, ...at }),
};

/** A report, and between which runs: `to` is the one whose state is shown, `from` is for changes only. */
export interface ReportParameters {
  readonly report: AskedReport;
  readonly from?: string;
  readonly to?: string;
}

/** Checks what was given against one of the schemas above, and gives what it makes of it. */
type Parse = <const Schema extends (typeof reportQueries)[ReportName]>(schema: Schema) => v.InferOutput<Schema>;

/** A report with its parameters, whoever reads them. @throws what `parse` throws */
export function reportParameters(name: ReportName, parse: Parse): ReportParameters {
  switch (name) {
    case 'virtualMachines': {
      const { asOf: to, ...given } = parse(reportQueries.virtualMachines);
      return { report: { name, filter: toMachineFilter(given) }, ...(to === undefined ? {} : { to }) };
    }
    case 'principals': {
      const { asOf: to, state, ...given } = parse(reportQueries.principals);
      const filter = { ...toMachineFilter(given), ...(state === undefined ? {} : { state }) };
      return { report: { name, filter }, ...(to === undefined ? {} : { to }) };
    }
    case 'changes': {
      const { from, to, ...filter } = parse(reportQueries.changes);
      return { report: { name, filter }, ...(from === undefined ? {} : { from }), ...(to === undefined ? {} : { to }) };
    }
    case 'findings': {
      const { asOf: to, ...filter } = parse(reportQueries.findings);
      return { report: { name, filter }, ...(to === undefined ? {} : { to }) };
    }
  }
}

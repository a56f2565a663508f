import type { ReportSource } from '../inventory/report.ts';
import {
  shortChangeColumns,
  shortFindingColumns,
  shortPrincipalColumns,
  shortVirtualMachineColumns,
} from './short-columns.ts';
import { type Table, tableOf } from './table.ts';

/** The report as people read it. */
export function shortTable(source: ReportSource): Table {
  switch (source.name) {
    case 'virtualMachines':
      return tableOf('Virtual machines', shortVirtualMachineColumns, source.virtualMachines);
    case 'principals':
      return tableOf('Principals', shortPrincipalColumns, source.principals);
    case 'changes':
      return tableOf('Changes', shortChangeColumns, source.changes);
    case 'findings':
      return tableOf('Findings', shortFindingColumns, source.findings);
  }
}

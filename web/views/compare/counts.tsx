import type { Run, Summary } from '../../api/types.ts';
import { compareText as text } from '../../text/compare.ts';
import { stateText } from '../../text/states.ts';

/** One of the two runs. */
export interface ComparedRun {
  readonly run: Run;
  readonly summary: Summary;
}

interface Row {
  readonly label: string;
  /** Null is not known. */
  readonly count: (one: ComparedRun) => number | null;
  /** Of what was read: there may be more where a run was not complete. */
  readonly isOfMachines: boolean;
}

const rows: readonly Row[] = [
  { label: text.virtualMachines, count: ({ run }) => run.virtualMachineCount, isOfMachines: true },
  ...(['scaleSets', 'arcMachines', 'stale'] as const).map((name) => ({
    label: text[name],
    count: ({ summary }: ComparedRun) => summary.machines[name],
    isOfMachines: true,
  })),
  ...(['none', 'systemAssigned', 'userAssigned', 'both'] as const).map((type) => ({
    label: text.identityTypes[type],
    count: ({ summary }: ComparedRun) => summary.machines.byIdentityType[type],
    isOfMachines: true,
  })),
  { label: text.principals, count: ({ run }) => run.principalCount, isOfMachines: true },
  { label: text.attached, count: ({ summary }) => summary.principals.attached, isOfMachines: true },
  ...(['high', 'medium', 'low'] as const).map((severity) => ({
    label: text.findings[severity],
    count: ({ summary }: ComparedRun) => summary.findings[severity],
    isOfMachines: true,
  })),
  ...(['complete', 'partial', 'failed', 'denied', 'skipped'] as const).map((status) => ({
    label: text.statuses[status],
    count: ({ run }: ComparedRun) => run.coverage[status],
    isOfMachines: false,
  })),
  { label: text.blindSpots, count: ({ run }) => run.coverage.blindSpots, isOfMachines: false },
];

/** Counts of both runs side by side, with the difference. */
export function Counts({ from, to }: { readonly from: ComparedRun; readonly to: ComparedRun }) {
  return (
    <section>
      <h2>{text.counts}</h2>
      <table class="compare-table cards">
        <thead>
          <tr>
            <th scope="col">{text.what}</th>
            <th scope="col" class="number">
              {text.from}
            </th>
            <th scope="col" class="number">
              {text.to}
            </th>
            <th scope="col" class="number">
              {text.difference}
            </th>
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => {
            const [before, after] = [row.count(from), row.count(to)];
            return (
              <tr key={row.label} class={before === after ? undefined : 'differs'}>
                <th scope="row">{row.label}</th>
                <td class="number" data-title={text.from}>
                  {shown(before, row.isOfMachines && !from.run.complete)}
                </td>
                <td class="number" data-title={text.to}>
                  {shown(after, row.isOfMachines && !to.run.complete)}
                </td>
                <td class="number" data-title={text.difference}>
                  {difference(before, after)}
                </td>
              </tr>
            );
          })}
        </tbody>
      </table>
    </section>
  );
}

function shown(count: number | null, mayBeMore: boolean) {
  if (count === null) return text.notKnown;
  return (
    <>
      {mayBeMore && <span class="faint">{stateText.atLeast} </span>}
      {count.toLocaleString()}
    </>
  );
}

const signed = new Intl.NumberFormat(undefined, { signDisplay: 'always' });

function difference(before: number | null, after: number | null): string {
  if (before === null || after === null) return text.notKnown;
  return before === after ? text.noDifference : signed.format(after - before);
}

import type { Run } from '../../lib/inventory/run.ts';
import { reasonText } from '../messages.ts';
import type { Presentation } from '../output/result.ts';
import type { Property } from '../output/table.ts';
import { timeText } from './cell-text.ts';

/** A run as names and values, as shown after it. */
export function describeRun(run: Run): Property[] {
  const { progress, reason } = run;
  const changes = Object.entries(run.changes).map(([kind, count]) => `${count} ${kind}`);
  return [
    ['Run', run.id],
    ['Status', reason === null ? run.status : `${run.status}, ${reasonText(reason)}`],
    ['Complete', run.complete ? 'yes' : 'no'],
    ['Finished', `${run.finishedAt ?? 'not yet'}${durationText(run)}`],
    ['Virtual machines', String(run.virtualMachineCount)],
    ['Principals', String(run.principalCount)],
    ['Subscriptions', coverageText(run)],
    ['Changes', changes.length === 0 ? 'none' : changes.join(', ')],
    ...(progress.requests > 0 ? ([['Requests', String(progress.requests)]] as const) : []),
  ];
}

/** Runs in a table and as CSV. */
export const runPresentation: Pick<Presentation<Run>, 'columns'> = {
  columns: [
    { header: 'Id', cell: ({ id }) => id, leastWidth: 21, rank: 0 },
    { header: 'Trigger', cell: ({ trigger }) => trigger, leastWidth: 5, rank: 6 },
    { header: 'Status', cell: ({ status }) => status, leastWidth: 9, rank: 2 },
    { header: 'Complete', cell: ({ complete }) => (complete ? 'yes' : 'no'), leastWidth: 8, rank: 1 },
    {
      header: 'FinishedAt',
      cell: ({ finishedAt }) => timeText(finishedAt ?? ''),
      leastWidth: 20,
      rank: 5,
    },
    { header: 'VirtualMachines', cell: (run) => String(run.virtualMachineCount), leastWidth: 8, rank: 3 },
    { header: 'Principals', cell: (run) => String(run.principalCount), leastWidth: 8, rank: 4 },
    { header: 'Subscriptions', cell: coverageText, leastWidth: 10, rank: 7 },
  ],
};

/** `11 complete, 1 failed, 2 blind spots`; zeros are left out. */
export function coverageText({ coverage: { blindSpots, ...counts } }: Pick<Run, 'coverage'>): string {
  const parts = Object.entries(counts).flatMap(([status, count]) => (count > 0 ? [`${count} ${status}`] : []));
  if (blindSpots === null) parts.push('blind spots unknown');
  else if (blindSpots > 0) parts.push(`${blindSpots} blind ${blindSpots === 1 ? 'spot' : 'spots'}`);
  return parts.length === 0 ? 'none' : parts.join(', ');
}

function durationText({ startedAt, finishedAt }: Run): string {
  if (finishedAt === null) return '';
  const seconds = (Date.parse(finishedAt) - Date.parse(startedAt)) / 1000;
  return seconds < 120 ? ` (${seconds.toFixed(1)} s)` : ` (${Math.round(seconds / 60)} min)`;
}

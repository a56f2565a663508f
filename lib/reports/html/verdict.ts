import type { ReportSource } from '../../inventory/report.ts';
import { htmlText } from './html-text.ts';

/** Whether the report is complete, in a box that nobody overlooks where it is not. */
export function verdict(source: Pick<ReportSource, 'complete' | 'counts' | 'reason'>): string {
  if (source.complete) return '<p class="box">Complete: every subscription in scope was read.</p>\n';
  const lacking = lacks(source).map(htmlText).join('; ');
  const what = lacking === '' ? '' : ` ${lacking}.`;
  return `<p class="box bad" role="alert"><strong>Not complete.</strong>${what} <a href="#coverage">What is missing, and what opens it</a></p>\n`;
}

function lacks({ counts, reason }: Pick<ReportSource, 'counts' | 'reason'>): string[] {
  const subscriptions = (
    [
      ['partial', 'read in part'],
      ['failed', 'failed'],
      ['denied', 'denied'],
    ] as const
  )
    .filter(([status]) => counts[status] > 0)
    .map(([status, said]) => `${counted(counts[status], 'subscription')} ${said}`);
  return [
    ...(reason === null ? [] : [`${reason.code}: ${reason.message.replace(/\.$/, '')}`]),
    ...subscriptions,
    ...(counts.blindSpots === null ? ['blind spots cannot be known'] : []),
    ...(counts.blindSpots === null || counts.blindSpots === 0 ? [] : [counted(counts.blindSpots, 'blind spot')]),
  ];
}

function counted(count: number, what: string): string {
  return `${count.toLocaleString('en')} ${what}${count === 1 ? '' : 's'}`;
}

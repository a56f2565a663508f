/** The texts of what every view may have to say: how complete it is, that it loads, that it failed. */
export const stateText = {
  complete: (subscriptions: number) => `Complete · ${count(subscriptions, 'subscription')}`,
  runOf: 'Run of',
  notComplete: 'Not complete:',
  missingHere: 'Machines there may be missing from this view.',
  whatIsMissing: 'What is missing',
  statuses: {
    denied: 'denied',
    failed: 'failed',
    partial: 'read in part',
    skipped: 'skipped',
    complete: 'complete',
  },
  blindSpots: (number: number) => count(number, 'blind spot'),
  blindSpotsNotKnown: 'blind spots not known',
  blindSpotsUnknown: 'Blind spots cannot be known: no management group is configured or readable.',
  damaged: 'The newest inventory file is damaged. The page shows the one before it.',
  damagedHint:
    'Until it is restored, no run can publish. The next run ends with DatabaseDamaged and names the command that restores it.',
  newestFile: 'the newest run, whose file is damaged',
  unlisted: 'subscriptions that the list of the run may lack',
  reason: 'The run says:',
  past: 'You look at',
  backToNow: 'back to now',
  loading: 'Loading…',
  notReadyTitle: 'No run yet',
  notReady: 'The first run has not ended. Its progress is on the page Runs, where you can also start one.',
  failedTitle: 'The app failed',
  requestId: 'Request id',
  tryAgain: 'Try again',
  removeFilter: 'Remove filter',
  keyDoesNotOpen: (functionName: string) => `This key does not open ${functionName}`,
  mayNotUse: (functionName: string) => `You may not use ${functionName}`,
  gone: 'History no longer reaches there',
  oldest: 'Of the last runs, the oldest is that of',
  startOver: 'Start over at the newest run',
  brokenView: 'This view has failed. The rest of the page still works.',
  atLeast: 'at least',
};

/** `1 subscription`, `2 subscriptions`, in the browser's language for numbers. */
export function count(number: number, noun: string): string {
  return `${number.toLocaleString()} ${noun}${number === 1 ? '' : 's'}`;
}

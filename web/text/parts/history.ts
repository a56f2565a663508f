import { count } from '../states.ts';

/** The texts of the time line, of changes and of findings of one thing. */
export const historyText = {
  timeLine: 'Since when',
  timeLineLabel: (machines: number) =>
    `When ${count(machines, 'machine')} had it, and when it got and lost roles. The tables below have the same times.`,
  left: (machines: number) => `${count(machines, 'more machine')}: all of them are in the table.`,
  roles: 'Roles',
  given: (roles: number) => `${count(roles, 'role')} given`,
  taken: (roles: number) => `${count(roles, 'role')} taken`,
  period: (name: string, from: string, until: string | null) =>
    until === null ? `${name}: since ${from}` : `${name}: from ${from} to ${until}`,
  run: (at: string, complete: boolean) => `Run of ${at}${complete ? '' : ', not complete'}`,
  key: {
    had: 'had it',
    unsure: 'between two readings: one of them still or already had it',
    hollow: 'run that was not complete',
    given: 'role given',
    taken: 'role taken',
  },
  changes: 'Changes',
  noChanges: (since: string) => `No changes were seen since the run of ${since}.`,
  since: (since: string) => `Since the run of ${since}.`,
  tooMany: (changes: number) =>
    `There are more than ${changes.toLocaleString()} changes. This page knows the last ${changes.toLocaleString()}.`,
  allChanges: 'All changes of it',
  findings: 'Findings',
  allFindings: 'All findings of it',
  noFindings: 'No findings.',
  noFindingsIncomplete: 'No findings in what was read.',
};

import { formatTime } from '../parts/time.tsx';

/** The texts of changes. */
export const changesText = {
  noun: 'change',
  from: 'After',
  to: 'Up to',
  runDefaults: { from: 'the run before', to: 'the run on screen' },
  run: (finishedAt: string, complete: boolean) => `${formatTime(finishedAt)}${complete ? '' : ' (not complete)'}`,
  kind: 'Kind',
  resourceId: 'Resource id',
  principalId: 'Principal id',
  caller: 'Caller',
  compare: 'Compare these runs',
  noneByDefault: 'Nothing changed since the run before. Choose an earlier run under "After" to see more.',
  between: 'between',
  and: 'and',
  before: 'before',
  principal: 'Principal',
  roleAt: (role: string, scope: string) => `${role} at ${scope}`,
  by: 'by',
  from_: 'from',
  candidates: 'In that time, these wrote to it:',
  callerTypes: {
    user: 'a user',
    application: 'an application',
    managedIdentity: 'a managed identity of this inventory',
    platform: 'Azure',
    unknown: 'unknown',
  },
  byStatuses: {
    found: '',
    notFound: 'The activity log names nobody yet. The next run asks once more.',
    notRead: 'Who did it is not known: the activity log could not be read.',
    expired: 'Who did it is not known: the activity log keeps 90 days.',
    off: 'Who did it is not asked: INVENTORY_CHANGE_AUTHORS is false.',
  },
};

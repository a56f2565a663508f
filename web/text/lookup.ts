import { count } from './states.ts';

/** The texts of the view that looks up many ids. */
export const lookupText = {
  title: 'Look up ids',
  explain:
    'Paste whatever has ids: a log, JSON, rows of a query, a spreadsheet, addresses of the portal. The page takes principal ids, client ids, VM ids and resource ids from it. The text stays in this tab; only the ids go to the app.',
  label: 'Text with ids',
  lookUp: 'Look up',
  clear: 'Clear',
  none: 'There is no id in this text. An id is a GUID such as 3d0f9407-5800-4aa8-9daf-2bd488899269, or the resource id of a machine or an identity. For names, use the search box at the top.',
  found: (ids: number, repeated: number) =>
    `${count(ids, 'id')}${repeated === 0 ? '' : `, and ${count(repeated, 'repetition')}`}.`,
  kept: 'More than 40 ids stay in this tab and are not in the address: a link to this view does not have them.',
  progress: (done: number, all: number) => `${done.toLocaleString()} of ${all.toLocaleString()} looked up`,
  done: (seen: number, never: number) => `${seen.toLocaleString()} known, ${never.toLocaleString()} never seen.`,
  results: 'What they stand for',
  id: 'Id',
  whose: 'Whose it is',
  state: 'State',
  machines: 'Machines',
  roles: 'Roles',
  systemAssignedOf: (machine: string) => `${machine} (system-assigned)`,
  systemAssigned: 'system-assigned',
  noneNow: 'none now',
  and: (rest: number) => `and ${rest.toLocaleString()} more`,
  csv: 'CSV',
  copy: 'Copy the table',
  neverSeenTitle: (ids: number) => `Never seen: ${count(ids, 'id')}`,
  vmIds: 'An id of these may be a VM id: open it to find out.',
  more: (rest: number) => `Show ${rest.toLocaleString()} more`,
  header: [
    'id',
    'principalId',
    'clientId',
    'kind',
    'identity',
    'state',
    'machines',
    'machineNames',
    'roles',
    'highestPrivilege',
  ],
};

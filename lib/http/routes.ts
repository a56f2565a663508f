import * as v from 'valibot';
import { reportFormats, reportNames } from '../inventory/report.ts';
import { reportQueries } from '../parameters/report-parameters.ts';
import type { ShapeName } from './openapi/shapes.ts';
import {
  changesQuery,
  databaseQuery,
  findingsQuery,
  lookupBody,
  lookupQuery,
  noParameters,
  principalQuery,
  principalRoute,
  principalsQuery,
  runRoute,
  runsQuery,
  startRunBody,
  subscriptionRoute,
  subscriptionsQuery,
  subscriptionVirtualMachinesQuery,
  virtualMachineQuery,
  virtualMachineRoute,
  virtualMachinesQuery,
} from './parameters/route-parameters.ts';

/** What a route answers when all is well. */
export type Answer =
  | { readonly kind: 'list'; readonly of: ShapeName; readonly beside?: Readonly<Record<string, ShapeName>> }
  | { readonly kind: 'runs' }
  | { readonly kind: 'object'; readonly of: ShapeName; readonly status?: 202 }
  /** JSON that has no shape of its own here, a file, or a redirect to one. */
  | { readonly kind: 'other'; readonly mediaType: string; readonly statuses: readonly number[] };

/** One route and method of the API. */
export interface Operation {
  /** The function's name: its key opens it. */
  readonly id: string;
  readonly method: 'get' | 'post' | 'delete';
  /** Below `/api`, with names in braces. */
  readonly path: string;
  readonly summary: string;
  readonly anonymous?: true;
  readonly query: { readonly entries: v.ObjectEntries };
  readonly route?: { readonly entries: v.ObjectEntries };
  readonly body?: v.GenericSchema;
  readonly answer: Answer;
}

const json = 'application/json';
const machinesPath = '/subscriptions/{subscriptionId}/providers/Microsoft.Compute/virtualMachines';
const machinePath =
  '/subscriptions/{subscriptionId}/resourceGroups/{resourceGroupName}/providers/Microsoft.Compute/virtualMachines/{virtualMachineName}';
const reportFiles = reportNames.flatMap((name) =>
  reportFormats.filter((format) => format !== 'md').map((format) => `${name}.${format}`),
);
/** Each report takes those of its own. */
const reportsQuery = v.object({
  ...reportQueries.virtualMachines.entries,
  ...reportQueries.principals.entries,
  ...reportQueries.changes.entries,
  ...reportQueries.findings.entries,
});

/** Every route that is served, with the schemas that its requests are checked by. A test holds it against what is registered. */
export const operations: readonly Operation[] = [
  {
    id: 'virtual-machines',
    method: 'get',
    path: '/virtualMachines',
    query: virtualMachinesQuery,
    summary: 'Machines of all subscriptions',
    answer: { kind: 'list', of: 'VirtualMachine' },
  },
  {
    id: 'virtual-machine',
    method: 'get',
    path: machinePath,
    query: virtualMachineQuery,
    summary: 'One virtual machine',
    route: virtualMachineRoute,
    answer: { kind: 'object', of: 'VirtualMachine' },
  },
  {
    id: 'subscription-virtual-machines',
    method: 'get',
    path: machinesPath,
    route: subscriptionRoute,
    summary: 'Machines of one subscription',
    query: subscriptionVirtualMachinesQuery,
    answer: { kind: 'list', of: 'VirtualMachine' },
  },
  {
    id: 'principals',
    method: 'get',
    path: '/principals',
    query: principalsQuery,
    summary: 'Managed identities by principal id',
    answer: { kind: 'list', of: 'Principal' },
  },
  {
    id: 'principal',
    method: 'get',
    path: '/principals/{principalId}',
    query: principalQuery,
    summary: 'Who a principal id or client id is',
    route: principalRoute,
    answer: { kind: 'object', of: 'Principal' },
  },
  {
    id: 'principals-lookup',
    method: 'post',
    path: '/principals/lookup',
    query: lookupQuery,
    body: lookupBody,
    summary: 'Who many ids are, one entry per id in the order asked',
    answer: { kind: 'list', of: 'PrincipalOrNeverSeen' },
  },
  {
    id: 'subscriptions',
    method: 'get',
    path: '/subscriptions',
    query: subscriptionsQuery,
    summary: 'How completely each subscription was read',
    answer: { kind: 'list', of: 'Coverage', beside: { blindSpots: 'BlindSpot' } },
  },
  {
    id: 'changes',
    method: 'get',
    path: '/changes',
    query: changesQuery,
    summary: 'Changes after from, up to and including to; between the last two runs unless they are given',
    answer: { kind: 'list', of: 'Change' },
  },
  {
    id: 'findings',
    method: 'get',
    path: '/findings',
    query: findingsQuery,
    summary: 'What deserves a look',
    answer: { kind: 'list', of: 'Finding' },
  },
  {
    id: 'runs',
    method: 'get',
    path: '/runs',
    query: runsQuery,
    summary: 'Runs, the newest first',
    answer: { kind: 'runs' },
  },
  {
    id: 'run-start',
    method: 'post',
    path: '/runs',
    query: noParameters,
    body: startRunBody,
    summary: 'Starts a run',
    answer: { kind: 'object', of: 'Run', status: 202 },
  },
  {
    id: 'run',
    method: 'get',
    path: '/runs/{runId}',
    route: runRoute,
    query: noParameters,
    summary: 'A run and how far it is',
    answer: { kind: 'object', of: 'Run' },
  },
  {
    id: 'run-cancel',
    method: 'delete',
    path: '/runs/{runId}',
    route: runRoute,
    query: noParameters,
    summary: 'Asks a run to end',
    answer: { kind: 'object', of: 'Run', status: 202 },
  },
  {
    id: 'report-file',
    method: 'get',
    path: '/reports/{file}',
    query: reportsQuery,
    summary: 'A report as a file; it takes the filters of the list of its name',
    route: v.object({ file: v.picklist(reportFiles) }),
    answer: { kind: 'other', mediaType: 'application/octet-stream', statuses: [200] },
  },
  {
    id: 'database',
    method: 'get',
    path: '/database',
    query: databaseQuery,
    summary: 'The inventory as a SQLite file: a link to it, compressed, or the file itself',
    answer: { kind: 'other', mediaType: 'application/vnd.sqlite3', statuses: [200, 206, 307] },
  },
  {
    id: 'identity',
    method: 'get',
    path: '/identity',
    query: noParameters,
    summary: 'Who the app is to Azure, and what it may do',
    answer: { kind: 'other', mediaType: json, statuses: [200] },
  },
  {
    id: 'health',
    method: 'get',
    path: '/health',
    query: noParameters,
    anonymous: true,
    summary: 'Whether all is well',
    answer: { kind: 'other', mediaType: json, statuses: [200, 503] },
  },
  {
    id: 'openapi',
    method: 'get',
    path: '/openapi.json',
    query: noParameters,
    summary: 'This description',
    answer: { kind: 'other', mediaType: json, statuses: [200] },
  },
];

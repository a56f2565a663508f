import { answerJson } from './answer.ts';
import { deadline } from './deadline.ts';
import { listChanges } from './handlers/changes.ts';
import { getDatabase } from './handlers/database.ts';
import { listFindings } from './handlers/findings.ts';
import { getHealth, healthOfInvalidSettings } from './handlers/health.ts';
import { getMachineFacets } from './handlers/machine-facets.ts';
import { getOpenApi } from './handlers/openapi.ts';
import { getPrincipal, listPrincipals, lookupPrincipals } from './handlers/principals.ts';
import { getReport } from './handlers/report.ts';
import { cancelRun, getRun, listRuns, startRun } from './handlers/runs.ts';
import { search } from './handlers/search.ts';
import { listSubscriptions } from './handlers/subscriptions.ts';
import { getSummary } from './handlers/summary.ts';
import {
  getVirtualMachine,
  listSubscriptionVirtualMachines,
  listVirtualMachines,
} from './handlers/virtual-machines.ts';
import { pageRoute } from './page/answer-page.ts';
import * as parameters from './parameters/route-parameters.ts';
import { noParameters, type Route, route } from './route.ts';

const json = 'application/json';

/** Every route of the API: functions/http.ts serves this table, and the OpenAPI document describes it. */
export const routes: readonly Route[] = [
  route({
    id: 'summary',
    method: 'GET',
    path: 'summary',
    summary: 'The inventory in numbers, and what is missing from it',
    query: parameters.summaryQuery,
    handler: getSummary,
    answer: { kind: 'object', of: 'Summary' },
  }),
  route({
    id: 'search',
    method: 'GET',
    path: 'search',
    summary: 'Machines, principals, identities and places that have a text in an id or a name',
    query: parameters.searchQuery,
    handler: search,
    answer: { kind: 'list', of: 'SearchHit', flags: ['truncated'] },
  }),
  route({
    id: 'virtual-machines',
    method: 'GET',
    path: 'virtualMachines',
    summary: 'Machines of all subscriptions',
    query: parameters.virtualMachinesQuery,
    handler: listVirtualMachines,
    answer: { kind: 'list', of: 'VirtualMachine' },
  }),
  route({
    id: 'virtual-machines-facets',
    method: 'GET',
    path: 'virtualMachines/facets',
    summary: 'How many machines there are, by subscription, location, power state, …',
    query: parameters.machineFacetsQuery,
    handler: getMachineFacets,
    answer: { kind: 'object', of: 'MachineFacets' },
  }),
  route({
    id: 'virtual-machine',
    method: 'GET',
    path: 'subscriptions/{subscriptionId}/resourceGroups/{resourceGroupName}/providers/Microsoft.Compute/virtualMachines/{virtualMachineName}',
    summary: 'One virtual machine',
    names: parameters.virtualMachinePath,
    query: parameters.virtualMachineQuery,
    handler: getVirtualMachine,
    answer: { kind: 'object', of: 'VirtualMachineById' },
  }),
  route({
    id: 'subscription-virtual-machines',
    method: 'GET',
    path: 'subscriptions/{subscriptionId}/providers/Microsoft.Compute/virtualMachines',
    summary: 'Machines of one subscription',
    names: parameters.subscriptionPath,
    query: parameters.subscriptionVirtualMachinesQuery,
    handler: listSubscriptionVirtualMachines,
    answer: { kind: 'list', of: 'VirtualMachine' },
  }),
  route({
    id: 'principals',
    method: 'GET',
    path: 'principals',
    summary: 'Managed identities by principal id',
    query: parameters.principalsQuery,
    handler: listPrincipals,
    answer: { kind: 'list', of: 'Principal' },
  }),
  route({
    id: 'principal',
    method: 'GET',
    path: 'principals/{principalId}',
    summary: 'Who a principal id or client id is; with live=true, which roles it has now, also through groups',
    names: parameters.principalPath,
    query: parameters.principalQuery,
    handler: getPrincipal,
    answer: { kind: 'object', of: 'PrincipalOrLive' },
  }),
  route({
    id: 'principals-lookup',
    method: 'POST',
    path: 'principals/lookup',
    summary: 'Who many ids are: one entry per id, in the same order',
    query: parameters.lookupQuery,
    body: parameters.lookupBody,
    handler: lookupPrincipals,
    answer: { kind: 'list', of: 'PrincipalOrNeverSeen' },
  }),
  route({
    id: 'subscriptions',
    method: 'GET',
    path: 'subscriptions',
    summary: 'How completely each subscription was read',
    query: parameters.subscriptionsQuery,
    handler: listSubscriptions,
    answer: { kind: 'list', of: 'Coverage', further: { blindSpots: 'BlindSpot' } },
  }),
  route({
    id: 'changes',
    method: 'GET',
    path: 'changes',
    summary: 'Changes after from, up to and including to; by default, between the last two runs',
    query: parameters.changesQuery,
    handler: listChanges,
    answer: { kind: 'list', of: 'Change' },
  }),
  route({
    id: 'findings',
    method: 'GET',
    path: 'findings',
    summary: 'Findings that deserve a look',
    query: parameters.findingsQuery,
    handler: listFindings,
    answer: { kind: 'list', of: 'Finding' },
  }),
  route({
    id: 'runs',
    method: 'GET',
    path: 'runs',
    summary: 'Runs, the newest first',
    query: parameters.runsQuery,
    handler: listRuns,
    answer: { kind: 'runs' },
  }),
  route({
    id: 'run-start',
    method: 'POST',
    path: 'runs',
    summary: 'Starts a run',
    role: 'Runs.Write',
    query: noParameters,
    body: parameters.startRunBody,
    startsRun: true,
    handler: startRun,
    answer: { kind: 'object', of: 'Run', status: 202 },
  }),
  route({
    id: 'run',
    method: 'GET',
    path: 'runs/{runId}',
    summary: 'A run and its progress',
    names: parameters.runPath,
    query: noParameters,
    handler: getRun,
    answer: { kind: 'object', of: 'Run' },
  }),
  route({
    id: 'run-cancel',
    method: 'DELETE',
    path: 'runs/{runId}',
    summary: 'Asks a run to end',
    role: 'Runs.Write',
    names: parameters.runPath,
    query: noParameters,
    handler: cancelRun,
    answer: { kind: 'object', of: 'Run', status: 202 },
  }),
  {
    id: 'report-file',
    method: 'GET',
    path: 'reports/{file}',
    summary: 'A report as a file; it has the filters of the list with the same name',
    names: parameters.reportPath,
    query: parameters.reportQuery,
    handler: getReport,
    answer: { kind: 'other', mediaType: 'application/octet-stream', statuses: [200] },
  },
  route({
    id: 'database',
    method: 'GET',
    path: 'database',
    summary: 'The inventory as a SQLite file: a link to it, compressed, or the file itself',
    role: 'Database.Read',
    query: parameters.databaseQuery,
    handler: getDatabase,
    answer: { kind: 'other', mediaType: 'application/vnd.sqlite3', statuses: [200, 206, 307] },
  }),
  route({
    id: 'identity',
    method: 'GET',
    path: 'identity',
    summary: 'The identity that the app has in Azure, and what it may do',
    query: noParameters,
    handler: async ({ request, context }) => answerJson(request, await context.whoami(deadline())),
    answer: { kind: 'other', mediaType: json, statuses: [200], of: 'Identity' },
  }),
  route({
    id: 'health',
    method: 'GET',
    path: 'health',
    summary: 'Whether the app is healthy',
    anonymous: true,
    query: noParameters,
    handler: getHealth,
    onInvalidSettings: healthOfInvalidSettings,
    answer: { kind: 'other', mediaType: json, statuses: [200, 503], of: 'Health' },
  }),
  route({
    id: 'openapi',
    method: 'GET',
    path: 'openapi.json',
    summary: 'This description',
    query: noParameters,
    handler: (checked) => getOpenApi(checked, [...routes, pageRoute]),
    answer: { kind: 'other', mediaType: json, statuses: [200] },
  }),
];

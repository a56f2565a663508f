import type { MachineFilter, OrderBy } from '../inventory/query.ts';
import { type VirtualMachine, virtualMachineType } from '../inventory/virtual-machine.ts';
import { liveCompleteness, machineMatches } from '../parameters/machine-matches.ts';
import { selectFields } from '../parameters/select.ts';
import { virtualMachineCsv } from '../reports/csv.ts';
import { answerText } from './answer.ts';
import type { HttpContext, IncomingRequest, LiveList } from './context.ts';
import { envelope, inventoryHeaders } from './envelope.ts';
import { formatOf } from './format.ts';
import type { MachineListQuery } from './handlers/virtual-machines.ts';
import { lines } from './list-content.ts';
import { invalidParameter } from './request-error.ts';
import { upstreamError } from './upstream-error.ts';

/** A read of Azure that takes longer ends, and what was read by then is the answer. */
const liveTimeoutMs = 100_000;
/** Machines that a live list may read. */
const liveLimit = 5000;

export function liveDeadline(): AbortSignal {
  return AbortSignal.timeout(liveTimeoutMs);
}

/**
 * A subscription's machines as Azure lists them now, in one answer without pages. Nothing is written.
 * @throws {RequestError} 400 for what needs history or pages, 502 `UpstreamDenied`, 404, 503 where Azure refused
 */
export async function answerLiveList(
  request: IncomingRequest,
  context: HttpContext,
  query: MachineListQuery,
  filter: MachineFilter & { readonly subscriptionId: string },
): Promise<Response> {
  refuse('asOf', query.asOf);
  refuse('skiptoken', query.skiptoken);
  refuse('maxpagesize', query.maxpagesize);
  if (filter.type !== undefined && filter.type !== virtualMachineType) {
    throw invalidParameter('type', filter.type, 'virtualMachines, with live=true');
  }
  const read = await context.listLive(filter.subscriptionId, liveLimit, liveDeadline());
  throwIfRefused(read);
  const completeness = liveCompleteness(read, filter);
  const shown = { asOf: { finishedAt: context.now().toISOString(), runId: null }, completeness };
  const rows = sorted(
    read.machines.filter((machine) => machineMatches(machine, filter)),
    query.orderby,
  );
  const format = formatOf(query.format, request);
  const text =
    format === 'json'
      ? envelope([...selectFields(rows, query.select)], shown, null)
      : [...lines(rows, format, query.select, virtualMachineCsv)].join('');
  return answerText(request, text, format, { headers: inventoryHeaders(shown) });
}

function refuse(name: string, value: string | number | undefined): void {
  if (value !== undefined) throw invalidParameter(name, String(value), 'nothing, with live=true');
}

/** Nothing at all was read: that is Azure's answer, and ours. */
function throwIfRefused(read: LiveList): void {
  const [only] = read.coverage;
  const status = { denied: 403, failed: only?.reason?.code === 'Throttled' ? 429 : 500 };
  if (only === undefined || (only.status !== 'denied' && only.status !== 'failed')) return;
  const { code, message, hint } = only.reason ?? {
    code: 'UpstreamFailed',
    message: 'Azure answered with an error',
    hint: null,
  };
  throw upstreamError(code === 'SubscriptionNotFound' ? 404 : status[only.status], code, message, { hint });
}

function sorted(machines: VirtualMachine[], orderBy: OrderBy | undefined): VirtualMachine[] {
  const byId = (a: VirtualMachine, b: VirtualMachine) => compare(a.id, b.id);
  if (orderBy === undefined) return machines.sort(byId);
  const { field, descending } = orderBy;
  const sign = descending ? -1 : 1;
  return machines.sort((a, b) => sign * compare(a[field] ?? '', b[field] ?? '') || byId(a, b));
}

function compare(a: string, b: string): number {
  const [left, right] = [a.toLowerCase(), b.toLowerCase()];
  return left < right ? -1 : Number(left > right);
}

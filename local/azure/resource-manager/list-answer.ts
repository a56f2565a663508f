import { Buffer } from 'node:buffer';
import { type Answer, jsonAnswer } from '../answer.ts';
import type { ReadableMachines } from '../tenant/readable.ts';
import type { SampleMachine } from '../tenant/types.ts';
import { refusals } from './arm-errors.ts';
import { nextLinkAt, skipTokenOffset } from './paging.ts';
import type { ArmRequest } from './router.ts';

/** The requested page of a list. */
export function listAnswer(request: ArmRequest, rows: readonly unknown[]): Answer {
  return jsonAnswer(200, pageOf(request, rows));
}

/** The requested page of machines. Each page is serialized once and then sent from memory. */
export function machineListAnswer(
  request: ArmRequest,
  machines: ReadableMachines,
  toRow: (machine: SampleMachine) => unknown,
): Answer {
  const body = request.pages.get(`${machines.revision} ${request.pageSize} ${request.url.href}`, () => {
    const { value, ...rest } = pageOf(request, machines);
    return Buffer.from(JSON.stringify({ value: value.map(toRow), ...rest }));
  });
  return { status: 200, headers: { 'content-type': 'application/json; charset=utf-8' }, body };
}

function pageOf<Row>(
  { url, pageSize }: ArmRequest,
  rows: { readonly length: number; slice(start: number, end: number): Row[] },
) {
  const offset = skipTokenOffset(url);
  if (offset === null) throw refusals.invalidSkipToken();
  const end = offset + pageSize;
  return { value: rows.slice(offset, end), ...(end < rows.length ? { nextLink: nextLinkAt(url, end) } : {}) };
}

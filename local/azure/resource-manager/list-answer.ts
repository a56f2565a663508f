import { Buffer } from 'node:buffer';
import { type Answer, jsonAnswer } from '../answer.ts';
import type { ReadableMachines } from '../tenant/readable.ts';
import type { SampleMachine } from '../tenant/types.ts';
import { errors } from './arm-errors.ts';
import { nextLinkAt, skipTokenOffset } from './paging.ts';
import type { ArmRequest } from './router.ts';

/** One page of a list that is at hand. */
export function listAnswer(request: ArmRequest, rows: readonly unknown[]): Answer {
  const offset = skipTokenOffset(request.url);
  if (offset === null) return errors.invalidSkipToken();
  const end = offset + request.pageSize;
  const nextLink = end < rows.length ? { nextLink: nextLinkAt(request.url, end) } : {};
  return jsonAnswer(200, { value: rows.slice(offset, end), ...nextLink });
}

/** One page of machines, written out once and sent from memory afterwards. */
export function machineListAnswer(
  request: ArmRequest,
  machines: ReadableMachines,
  toRow: (machine: SampleMachine) => unknown,
): Answer {
  const offset = skipTokenOffset(request.url);
  if (offset === null) return errors.invalidSkipToken();
  const end = offset + request.pageSize;
  const body = request.pages.get(`${machines.revision} ${request.pageSize} ${request.url.href}`, () => {
    const nextLink = end < machines.length ? { nextLink: nextLinkAt(request.url, end) } : {};
    return Buffer.from(JSON.stringify({ value: machines.slice(offset, end).map(toRow), ...nextLink }));
  });
  return { status: 200, headers: { 'content-type': 'application/json; charset=utf-8' }, body };
}

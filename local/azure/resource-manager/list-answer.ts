import { Buffer } from 'node:buffer';
import { type Answer, jsonAnswer } from '../answer.ts';
import type { ReadableMachines } from '../tenant/readable.ts';
import type { SampleMachine } from '../tenant/types.ts';
import { refusals } from './arm-errors.ts';
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

const parameter = '$skiptoken';

/** The offset at which a list request starts, from its `$skiptoken`: 0 without one, null for a foreign one. */
function skipTokenOffset(url: URL): number | null {
  const token = findSkipToken(url);
  if (token === null) return 0;
  const match = /^o:(\d+)(:\w+)?$/.exec(Buffer.from(token, 'base64url').toString());
  return match?.[1] === undefined ? null : Number(match[1]);
}

/** The same list from `offset` on, as an absolute URL on the requested origin. */
function nextLinkAt(url: URL, offset: number): string {
  return withSkipToken(url, `o:${offset}`);
}

/** The same page under another URL. Paging ignores the label; faults use it to make links differ. */
export function labelSkipToken(url: URL, label: string): string {
  return withSkipToken(url, `o:${skipTokenOffset(url) ?? 0}:${label}`);
}

export function skipTokenLabel(url: URL): string | null {
  const token = Buffer.from(findSkipToken(url) ?? '', 'base64url').toString();
  return token.split(':')[2] ?? null;
}

function withSkipToken(url: URL, text: string): string {
  const next = new URL(url);
  for (const name of [...next.searchParams.keys()]) {
    if (name.toLowerCase() === parameter) next.searchParams.delete(name);
  }
  next.searchParams.append(parameter, Buffer.from(text).toString('base64url'));
  return next.href;
}

/** Azure's own parameters are not case-sensitive. */
function findSkipToken(url: URL): string | null {
  for (const [name, value] of url.searchParams) if (name.toLowerCase() === parameter) return value;
  return null;
}

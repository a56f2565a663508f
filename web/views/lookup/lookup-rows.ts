import type { PrincipalOrNeverSeen, SearchHit } from '../../api/types.ts';
import { lastSegment } from '../../parts/name.tsx';
import { lookupText as text } from '../../text/lookup.ts';

type KnownPrincipal = Exclude<PrincipalOrNeverSeen, { readonly state: 'neverSeen' }>;

/** What an id stands for. */
export type LookupRow =
  | { readonly id: string; readonly is: 'principal'; readonly principal: KnownPrincipal }
  | { readonly id: string; readonly is: 'other'; readonly hit: SearchHit }
  | { readonly id: string; readonly is: 'neverSeen' | 'pending' };

/**
 * One row for each id, in their order.
 * @param looked the entries of those ids that are GUIDs, in their order
 * @param hits what a search found for some of the ids
 */
export function rowsOf(
  ids: readonly string[],
  looked: readonly PrincipalOrNeverSeen[],
  hits: ReadonlyMap<string, SearchHit | null>,
): readonly LookupRow[] {
  let next = 0;
  return ids.map((id): LookupRow => {
    const entry = id.startsWith('/') ? undefined : looked[next++];
    if (entry !== undefined && entry.state !== 'neverSeen') return { id, is: 'principal', principal: entry };
    const hit = hits.get(id);
    if (hit !== undefined && hit !== null) return { id, is: 'other', hit };
    const isPending = id.startsWith('/') ? hit === undefined : entry === undefined;
    return { id, is: isPending ? 'pending' : 'neverSeen' };
  });
}

/** Whose a principal is, in words. */
export function whose({ identityId, virtualMachines: [first] }: KnownPrincipal): string {
  if (identityId !== null) return lastSegment(identityId);
  return first === undefined ? text.systemAssigned : text.systemAssignedOf(first.name);
}

type Cells = readonly (string | number | null)[];

/** The rows as cells, with a header, for files and the clipboard. */
export function cellsOf(rows: readonly LookupRow[]): readonly Cells[] {
  return [
    text.header,
    ...rows.map((row): Cells => {
      if (row.is === 'other') return [row.id, row.hit.principalId, null, row.hit.kind, row.hit.label];
      if (row.is !== 'principal') return [row.id, null, null, null, null, row.is];
      const { principalId, clientId, kind, identityId, state, virtualMachines } = row.principal;
      const names = virtualMachines.map(({ name }) => name).join(' ');
      const { virtualMachineCount, roleAssignmentCount = null, highestPrivilege = null } = row.principal;
      const counts = [virtualMachineCount, names, roleAssignmentCount, highestPrivilege];
      return [row.id, principalId, clientId, kind, identityId, state, ...counts];
    }),
  ].map((cells) => [...cells, ...Array<null>(text.header.length - cells.length).fill(null)]);
}

import { userAssignedIdentityType } from '../../../inventory/commands/azure-id.ts';
import { fold } from '../../../inventory/names/fold.ts';
import type { Principal } from '../../../inventory/principal.ts';
import { dayText } from '../../../inventory/search.ts';
import { seenBy } from '../../views/principal-state.ts';
import { lookupPrincipals, type PrincipalDetail } from '../principals/principals.ts';
import { integer, text, textOrNull } from '../row-values.ts';
import { prepared } from '../statements.ts';
import { type Found, rankIn, rankOf, type Sought, toRank } from './found.ts';

/** What a hit says of a principal. */
const detail: PrincipalDetail = {
  select: ['virtualMachines', 'virtualMachineCount', 'lastSeen'],
  maxMachines: 1,
};

/** `g` sorts behind every digit of a GUID. */
const withGuid = (column: 'principal_id' | 'client_id') => `
SELECT DISTINCT i.${column} AS id FROM identity i
WHERE i.${column} >= $text AND i.${column} < $text || 'g' AND ${seenBy('i', '$seq')} ORDER BY 1 LIMIT $most`;

/** Principals by principal id or client id. */
export function findPrincipals({ database, asOf, guid, most }: Sought): Found[] {
  if (guid === null) return [];
  return (['principal_id', 'client_id'] as const).flatMap((column) => {
    const rows = prepared(database, withGuid(column)).all({ $seq: asOf.seq, $text: guid, $most: most });
    const ids = rows.map((row) => text(row, 'id'));
    const principals = lookupPrincipals(database, asOf, ids, detail);
    return principals.flatMap((principal, index): Found[] => {
      if (principal.state === 'neverSeen') return [];
      const rank = rankOf(fold(ids[index] ?? ''), guid) ?? 1;
      const match = column === 'principal_id' ? 'principalId' : 'clientId';
      const { principalId } = principal;
      return [{ kind: 'principal', id: principalId, ...describe(principal), principalId, match, rank }];
    });
  });
}

const type = `/${userAssignedIdentityType.toLowerCase()}/`;
const name = `substr(i.resource_key, instr(i.resource_key, '${type}') + ${type.length})`;

/** One row for each resource id, with the newest principal that has it. */
const identities = (value: string) => `
SELECT i.resource_key, min(${rankIn(value)}) AS rank, max(ifnull(i.shown_id, i.resource_id)) AS resource_id,
  (SELECT n.principal_id FROM identity n WHERE n.resource_key = i.resource_key AND n.principal_id IS NOT NULL AND ${seenBy('n', '$seq')}
    ORDER BY n.id DESC LIMIT 1) AS principal_id
FROM identity i
WHERE ${seenBy('i', '$seq')} AND i.resource_key IS NOT NULL AND `;
const named = `${identities(name)} instr(${name}, $text) > 0 GROUP BY i.resource_key ORDER BY rank, ${name} LIMIT $most`;
const withId = `${identities('i.resource_key')} i.resource_key = $text GROUP BY i.resource_key LIMIT $most`;

/** User-assigned identities by name or resource id. */
export function findIdentities({ database, asOf, text: sought, id, most }: Sought): Found[] {
  const parameters = { $seq: asOf.seq, $text: id ?? sought, $most: most };
  const rows = prepared(database, id === null ? named : withId).all(parameters);
  const ids = rows.map((row) => textOrNull(row, 'principal_id'));
  const principals = lookupPrincipals(
    database,
    asOf,
    ids.filter((principalId) => principalId !== null),
    detail,
  ).values();
  return rows.map((row, index): Found => {
    const principal = ids[index] === null ? undefined : principals.next().value;
    const resourceId = text(row, 'resource_id');
    const known =
      principal === undefined || principal.state === 'neverSeen'
        ? { label: lastSegment(resourceId), detail: 'user-assigned identity without a known principal id' }
        : describe(principal);
    const [rank, match] = [toRank(integer(row, 'rank')), id === null ? 'name' : 'id'] as const;
    return { kind: 'identity', id: resourceId, ...known, principalId: ids[index] ?? null, match, rank };
  });
}

/** The name of its identity or machine, and what became of it. */
function describe(principal: Principal): Pick<Found, 'label' | 'detail'> {
  const { kind, identityId, virtualMachines, principalId } = principal;
  const [first] = virtualMachines;
  if (kind === 'UserAssigned') {
    const label = identityId === null ? principalId : lastSegment(identityId);
    return { label, detail: `user-assigned identity, ${fateOf(principal)}` };
  }
  return { label: first?.name ?? principalId, detail: `system-assigned identity, ${fateOf(principal)}` };
}

function fateOf({ kind, state, virtualMachineCount, virtualMachines, lastSeen }: Principal): string {
  const on = `on ${virtualMachineCount} ${virtualMachineCount === 1 ? 'machine' : 'machines'}`;
  switch (state) {
    case 'attached':
      return on;
    case 'dangling':
      return `${on}, but deleted`;
    case 'detached':
      return 'on no machine';
    case 'gone': {
      // A system-assigned identity ends with its time on the machine. Of others, lists say only when they were last there.
      const ended = virtualMachines[0]?.detachedAt ?? lastSeen;
      return kind === 'SystemAssigned' ? `deleted ${dayText(ended)}` : `deleted after ${dayText(lastSeen)}`;
    }
    case 'unknown':
      return `last seen ${dayText(lastSeen)}`;
  }
}

function lastSegment(id: string): string {
  return id.slice(id.lastIndexOf('/') + 1);
}

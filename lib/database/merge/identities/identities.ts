import { fold } from '../../../inventory/names/fold.ts';
import { subscriptionOf } from '../../../inventory/roles/privilege.ts';
import type { MachineIdentity } from '../../../inventory/virtual-machine.ts';
import type { Database } from '../../database.ts';
import type { Dictionary } from '../dictionary.ts';
import { createPrincipalTable } from './principal-table.ts';

/** A user-assigned identity by number, with the spelling of its first reading. */
interface UserAssigned {
  readonly id: number;
  readonly resourceId: string;
}

/** The spellings of a user-assigned identity in this run. */
interface Spelled extends UserAssigned {
  /** That answers show so far; null = this run saw the identity first. */
  readonly shown: string | null;
  /** Of its own listing; null = not listed in this run. */
  listed: string | null;
  /** The first in order, whatever was read first. */
  least: string;
}

/** Managed identities by number. Other ids under the same resource id make another user-assigned identity. */
export interface Identities {
  systemAssigned(principalId: string, tenantId: string | null): number;
  /** @param listed its own subscription lists it in this spelling */
  userAssigned(resourceId: string, principalId: string | null, clientId: string | null, listed?: boolean): UserAssigned;
  /** Once everything is read: chooses the spellings that answers show. */
  settleSpellings(): void;
}

/** One identity on a machine, ready to write. */
export interface Attached {
  readonly identity: number;
  readonly position: number;
  /** The spelling on this machine where it differs from the identity's. */
  readonly resourceId: string | null;
}

export function openIdentities(database: Database, dictionary: Dictionary): Identities {
  const findSystem = database.prepare('SELECT id FROM identity WHERE principal_id = ? AND kind = 1');
  const findUser = database.prepare(
    'SELECT id, resource_id, shown_id FROM identity WHERE resource_key = ? AND principal_id IS ? AND client_id IS ? AND kind = 2',
  );
  const add = database.prepare(
    `INSERT INTO identity (id, kind, resource_id, resource_key, principal_id, client_id, tenant, subscription)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
  );
  let next = Number(database.prepare('SELECT coalesce(max(id), 0) + 1 AS next FROM identity').get()?.next);
  const show = database.prepare('UPDATE identity SET shown_id = ? WHERE id = ?');
  const known = new Map<string, Spelled>();
  // A first run fills the table while it has no index on principal ids (see deferred-indexes.ts).
  const added = next === 1 ? createPrincipalTable(database) : null;
  const findOrAddUser = (resourceId: string, principalId: string | null, clientId: string | null): Spelled => {
    const spelled = { listed: null, least: resourceId };
    const key = fold(resourceId);
    const found = findUser.get(key, principalId, clientId);
    if (found !== undefined) {
      const first = String(found.resource_id);
      return { ...spelled, id: Number(found.id), resourceId: first, shown: String(found.shown_id ?? first) };
    }
    const owner = subscriptionOf(resourceId);
    const subscription = owner === null ? null : dictionary.subscription(owner);
    add.run(next, 2, resourceId, key, principalId, clientId, null, subscription);
    return { ...spelled, id: next++, resourceId, shown: null };
  };
  return {
    systemAssigned(principalId, tenantId) {
      const before = added === null ? findSystem.get(principalId)?.id : added.find(principalId);
      if (before !== undefined) return Number(before);
      add.run(next, 1, null, null, principalId, null, dictionary.text(tenantId), null);
      added?.add(principalId, next);
      return next++;
    },
    userAssigned(resourceId, principalId, clientId, listed = false) {
      const key = fold(`${resourceId} ${principalId} ${clientId}`);
      const identity = known.get(key) ?? findOrAddUser(resourceId, principalId, clientId);
      known.set(key, identity);
      if (resourceId < identity.least) identity.least = resourceId;
      if (listed && (identity.listed === null || resourceId < identity.listed)) identity.listed = resourceId;
      return identity;
    },
    settleSpellings() {
      for (const { id, resourceId, shown, listed, least } of known.values()) {
        const wanted = listed ?? shown ?? least;
        if (wanted !== (shown ?? resourceId)) show.run(wanted === resourceId ? null : wanted, id);
      }
    },
  };
}

/** The identities of a machine by number: the system-assigned one first, then the others in Azure's order. */
export function attachedTo(identity: MachineIdentity, identities: Identities): Attached[] {
  const attached: Attached[] = [];
  if (identity.principalId !== null) {
    const system = identities.systemAssigned(identity.principalId, identity.tenantId);
    attached.push({ identity: system, position: 0, resourceId: null });
  }
  for (const resourceId in identity.userAssignedIdentities) {
    const assigned = identity.userAssignedIdentities[resourceId];
    const found = identities.userAssigned(resourceId, assigned?.principalId ?? null, assigned?.clientId ?? null);
    attached.push({
      identity: found.id,
      position: attached.length + (identity.principalId === null ? 1 : 0),
      resourceId: found.resourceId === resourceId ? null : resourceId,
    });
  }
  return attached;
}

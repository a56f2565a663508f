import { fold } from '../../../inventory/names/fold.ts';
import type { FollowUp, Verification } from '../../../inventory/reading.ts';
import type { FederatedCredential, UserAssignedIdentityReading } from '../../../inventory/user-assigned-identity.ts';
import type { MergeContext } from '../merge-context.ts';
import type { SubscriptionReading } from '../subscription-reading.ts';
import { distrustShrunkList, mostDeletionChecks, verifyDeletion } from '../verify-deletion.ts';
import { mergeFederatedCredentials } from './federated-credentials.ts';
import type { KnownIdentity } from './presence-rows.ts';

interface Listed {
  readonly identity: number;
  readonly principalId: string | null;
}

/** The user-assigned identities of one subscription, as its list and reads by id show them. */
export function openIdentityListing(context: MergeContext, reading: SubscriptionReading) {
  const { identities, presence, unseenIdentities, dictionary, counts } = context;
  const { subscription, readAt } = reading;
  const past = reading.past('identities');
  /** By folded resource id, as are `gone` and `checked`. */
  const listed = new Map<string, Listed>();
  const gone = new Set<string>();
  /** Read by id in this run, later than every list. */
  const checked = new Set<string>();

  const status = () => reading.readings.get('identities')?.status ?? 'failed';
  const isRead = (): boolean => !reading.superseded && status() !== 'failed' && status() !== 'denied';
  const list = ({ id, principalId, clientId, tenantId }: UserAssignedIdentityReading, isRow: boolean): void => {
    const identity = identities.userAssigned(id, principalId, clientId, isRow).id;
    presence.setTenant(identity, dictionary.text(tenantId));
    listed.set(fold(id), { identity, principalId });
  };
  /**
   * The list shows another identity under its id. An identity that only machines of this run show does not count: they
   * may have been read later than the list.
   */
  const isReplaced = ({ present, attachedBefore, principalId }: KnownIdentity, key: string): boolean => {
    const shown = listed.get(key);
    const isOld = present !== null || attachedBefore || checked.has(key);
    return shown !== undefined && isOld && conflict(shown.principalId, principalId);
  };
  const mustBeChecked = (known: KnownIdentity): boolean => {
    const key = fold(known.resourceId);
    const shown = listed.get(key);
    if (known.present === false) return false;
    return shown === undefined || (conflict(shown.principalId, known.principalId) && !isReplaced(known, key));
  };
  const mergeCheck = (resourceId: string, verification: Verification<UserAssignedIdentityReading>): void => {
    const key = fold(resourceId);
    const resource = { resourceId, isListed: listed.has(key) };
    if (verifyDeletion(context, reading, 'identities', resource, verification)) {
      gone.add(key);
      listed.delete(key);
    } else if (verification.outcome === 'present') {
      checked.add(key);
      list({ ...verification.reading, id: resourceId }, false);
    }
  };
  const mergeCredentials = (
    { identity, resourceId }: KnownIdentity,
    verification: Verification<readonly FederatedCredential[]>,
  ): void => {
    if (verification.outcome === 'present') {
      const shown = listed.get(fold(resourceId))?.identity ?? identity;
      mergeFederatedCredentials(context, shown, readAt, verification.reading);
      return;
    }
    const reason = verification.outcome === 'absent' ? null : verification.reason;
    const why = reason === null ? '404' : `${reason.code}: ${reason.message}`;
    const message = `The federated credentials of ${resourceId} could not be read: ${why}`;
    reading.weaken('identities', 'FederatedCredentialsNotRead', message, reason?.hint ?? null);
  };
  const write = (known: KnownIdentity, sameId: readonly KnownIdentity[]): void => {
    const { identity, present, principalId } = known;
    const key = fold(known.resourceId);
    const shown = listed.get(key);
    if (gone.has(key) || isReplaced(known, key)) {
      if (present !== false) presence.begin(identity, false, readAt, past.notBefore, null);
    } else if (shown !== undefined && !conflict(shown.principalId, principalId)) {
      if (present !== true) {
        const isRecreated =
          shown.identity === identity &&
          !reading.quiet &&
          !known.recreatedOnMachine &&
          sameId.some((other) => other.present !== null && conflict(other.principalId, principalId));
        const change = isRecreated ? 'identityRecreated' : null;
        presence.begin(identity, true, readAt, past.notBefore, change);
        counts.add(change);
      }
    } else {
      if (present === true) unseenIdentities.open(identity, past.lastSeen, false);
      return;
    }
    if (known.unseen) unseenIdentities.close(identity);
  };
  return {
    add(page: readonly UserAssignedIdentityReading[]): void {
      for (const identity of page) list(identity, true);
    },
    /** Once all lists are in: identities that a complete list lacks, or shows with another principal. */
    absent(): readonly FollowUp[] {
      if (!isRead() || status() === 'partial') return [];
      const missing = presence.of(subscription).filter(mustBeChecked);
      for (const { resourceId, missingFromList } of missing) {
        if (missingFromList && readAt > past.lastSeen) gone.add(fold(resourceId));
      }
      const unproven = missing.filter(({ resourceId }) => !gone.has(fold(resourceId)));
      const ids = new Map(unproven.map(({ resourceId }) => [fold(resourceId), resourceId]));
      if (ids.size > mostDeletionChecks) {
        for (const { identity, present } of unproven) {
          unseenIdentities.open(identity, present === true ? past.lastSeen : null, true);
        }
        distrustShrunkList(reading, 'identities', ids.size);
        return [];
      }
      return [...ids.values()].map((resourceId) => ({
        ask: 'identity',
        resourceId,
        answer: (verification) => mergeCheck(resourceId, verification),
      }));
    },
    /** Once the answers to `absent` are in: the federated credentials of the identities that are on machines. */
    federatedCredentials(): readonly FollowUp[] {
      if (!isRead() || status() === 'skipped') return [];
      const asked = new Map<string, KnownIdentity>();
      for (const known of presence.of(subscription)) {
        const key = fold(known.resourceId);
        const exists =
          known.present !== false && !gone.has(key) && !conflict(listed.get(key)?.principalId, known.principalId);
        if (known.attached && exists) asked.set(key, known);
      }
      return [...asked.values()].map((known) => ({
        ask: 'federatedCredentials',
        resourceId: known.resourceId,
        answer: (verification) => mergeCredentials(known, verification),
      }));
    },
    /** At the commit: writes which identities exist and which are gone. */
    settle(): void {
      if (!isRead()) return;
      const byId = Map.groupBy(presence.of(subscription), ({ resourceId }) => fold(resourceId));
      for (const sameId of byId.values()) for (const known of sameId) write(known, sameId);
    },
  };
}

/** Two principal ids that are both known and differ: not the same identity. */
function conflict(one: string | null | undefined, other: string | null): boolean {
  return one !== undefined && one !== null && other !== null && fold(one) !== fold(other);
}

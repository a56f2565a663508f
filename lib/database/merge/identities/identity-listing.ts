import { grantReaderCommand } from '../../../inventory/coverage.ts';
import type { FollowUp, Verification } from '../../../inventory/reading.ts';
import type { UserAssignedIdentityReading } from '../../../inventory/user-assigned-identity.ts';
import type { MergeContext } from '../create-merge-context.ts';
import { mostChecks, type SubscriptionReading } from '../subscription-reading.ts';
import { isProvenAbsent } from '../verify-deletion.ts';
import { mergeFederatedCredentials } from './federated-credentials.ts';
import type { KnownIdentity } from './presence-rows.ts';

/** The user-assigned identities of one subscription, as its listing and reads by id show them. */
export interface IdentityListing {
  add(page: readonly UserAssignedIdentityReading[]): void;
  /** Identities that a complete list lacks, or shows with another principal than a machine does. Once all lists are in. */
  absent(): readonly FollowUp[];
  /** Who may sign in as the identities that are on machines. Once the answers to `absent` are in. */
  federatedCredentials(): readonly FollowUp[];
  /** Writes which are there and which are gone. At the commit. */
  settle(): void;
}

interface Listed {
  readonly identity: number;
  readonly principalId: string | null;
}

export function openIdentityListing(context: MergeContext, reading: SubscriptionReading): IdentityListing {
  const { identities, presence, dictionary, plan, counts } = context;
  const { subscriptionId, subscription, readAt } = reading;
  const past = reading.past('identities');
  const listed = new Map<string, Listed>();
  const gone = new Set<string>();
  /** Read by id in this run, later than every list. */
  const checked = new Set<string>();

  const status = () => reading.readings.get('identities')?.status ?? 'failed';
  const isRead = (): boolean => !reading.superseded && status() !== 'failed' && status() !== 'denied';
  const list = ({ id, principalId, clientId, tenantId }: UserAssignedIdentityReading): void => {
    const identity = identities.userAssigned(id, principalId, clientId).id;
    presence.setTenant(identity, dictionary.text(tenantId));
    listed.set(id.toLowerCase(), { identity, principalId });
  };
  /** Under its id there is now another identity. A machine that has it since this run alone may have been read later than the list. */
  const isReplaced = ({ present, attachedBefore, principalId }: KnownIdentity, key: string): boolean => {
    const there = listed.get(key);
    const known = present !== null || attachedBefore || checked.has(key);
    return there !== undefined && known && conflict(there.principalId, principalId);
  };
  const mustBeChecked = (known: KnownIdentity): boolean => {
    const key = known.resourceId.toLowerCase();
    const there = listed.get(key);
    if (known.present === false) return false;
    return there === undefined || (conflict(there.principalId, known.principalId) && !isReplaced(known, key));
  };
  const verified = (resourceId: string, verification: Verification<UserAssignedIdentityReading>): void => {
    const key = resourceId.toLowerCase();
    if (isProvenAbsent(verification, reading, 'identities')) {
      gone.add(key);
      listed.delete(key);
    } else if (verification.outcome === 'present') {
      const wasListed = listed.has(key);
      checked.add(key);
      list({ ...verification.reading, id: resourceId });
      const message = `The list left out ${resourceId}, which a read by its id found`;
      const hint = grantReaderCommand(subscriptionId, plan.principalId);
      if (!wasListed) reading.weaken('identities', 'ShortList', message, hint);
    } else if (verification.outcome === 'unverified') {
      const { code, message, hint } = verification.reason;
      const failed = `The identity ${resourceId} is not in the list as it was known, and reading it by its id failed: ${code}: ${message}`;
      reading.weaken('identities', 'DeletionUnverified', failed, hint);
    }
  };
  const shrunk = (missing: readonly KnownIdentity[], count: number): void => {
    for (const { identity, present } of missing) {
      presence.openUnseen(identity, present === true ? past.lastSeen : null, true);
    }
    const message = `The list of subscription ${subscriptionId} lacks ${count} identities that were there before; more than ${mostChecks} are not checked one by one`;
    const hint = 'Run the inventory again: when a second list agrees, they are gone';
    reading.weaken('identities', 'SuspiciousShrink', message, hint);
  };
  const write = (known: KnownIdentity, others: readonly KnownIdentity[]): void => {
    const { identity, present, principalId } = known;
    const key = known.resourceId.toLowerCase();
    const there = listed.get(key);
    const isGone = gone.has(key) || isReplaced(known, key);
    if (isGone) {
      if (present !== false) presence.begin(identity, false, readAt, past.notBefore, null);
    } else if (there !== undefined && !conflict(there.principalId, principalId)) {
      if (present !== true) {
        const recreated =
          there.identity === identity &&
          !reading.quiet &&
          !known.recreatedOnMachine &&
          others.some((other) => other.present !== null && conflict(other.principalId, principalId));
        const change = recreated ? 'identityRecreated' : null;
        presence.begin(identity, true, readAt, past.notBefore, change);
        counts.add(change);
      }
    } else {
      if (present === true) presence.openUnseen(identity, past.lastSeen, false);
      return;
    }
    if (known.unseen) presence.closeUnseen(identity);
  };
  return {
    add(page) {
      for (const one of page) list(one);
    },
    absent() {
      if (!isRead() || status() === 'partial') return [];
      const missing = presence.of(subscription).filter(mustBeChecked);
      for (const { resourceId, missingFromList } of missing) {
        if (missingFromList && readAt > past.lastSeen) gone.add(resourceId.toLowerCase());
      }
      const open = missing.filter(({ resourceId }) => !gone.has(resourceId.toLowerCase()));
      const ids = new Map(open.map(({ resourceId }) => [resourceId.toLowerCase(), resourceId] as const));
      if (ids.size > mostChecks) {
        shrunk(open, ids.size);
        return [];
      }
      return [...ids.values()].map((resourceId) => ({
        ask: 'identity',
        resourceId,
        answer: (verification) => verified(resourceId, verification),
      }));
    },
    federatedCredentials() {
      if (!isRead() || status() === 'skipped') return [];
      const asked = new Map<string, KnownIdentity>();
      for (const known of presence.of(subscription)) {
        const key = known.resourceId.toLowerCase();
        const isThere =
          known.present !== false && !gone.has(key) && !conflict(listed.get(key)?.principalId, known.principalId);
        if (known.attached && isThere) asked.set(key, known);
      }
      return [...asked].map(([key, { identity, resourceId }]) => ({
        ask: 'federatedCredentials',
        resourceId,
        answer(verification) {
          if (verification.outcome === 'present') {
            mergeFederatedCredentials(context, listed.get(key)?.identity ?? identity, readAt, verification.reading);
            return;
          }
          const why =
            verification.outcome === 'absent' ? '404' : `${verification.reason.code}: ${verification.reason.message}`;
          const message = `The federated credentials of ${resourceId} could not be read: ${why}`;
          const hint = verification.outcome === 'absent' ? null : verification.reason.hint;
          reading.weaken('identities', 'FederatedCredentialsNotRead', message, hint);
        },
      }));
    },
    settle() {
      if (!isRead()) return;
      const known = presence.of(subscription);
      const byId = Map.groupBy(known, ({ resourceId }) => resourceId.toLowerCase());
      for (const one of known) write(one, byId.get(one.resourceId.toLowerCase()) ?? []);
    },
  };
}

/** Two principal ids that are both known and differ: not the same identity. */
function conflict(one: string | null | undefined, other: string | null): boolean {
  return one !== undefined && one !== null && other !== null && one.toLowerCase() !== other.toLowerCase();
}

import type { Reason } from '../errors.ts';

/** Why a subscription cannot hold machines; null = it can. Disabled, Warned and PastDue subscriptions can. */
export function reasonToSkip({
  state,
  quotaId,
}: {
  readonly state: string;
  readonly quotaId: string | null;
}): Reason | null {
  if (state.toLowerCase() === 'deleted') {
    return { code: 'SubscriptionDeleted', message: 'The subscription is in state Deleted', hint: null };
  }
  if (quotaId?.toUpperCase().startsWith('AAD_')) {
    return {
      code: 'QuotaWithoutMachines',
      message: `A subscription with quota ${quotaId} cannot hold machines`,
      hint: null,
    };
  }
  return null;
}

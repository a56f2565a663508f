import { shownRun } from './shown-run.ts';
import { useAnswer } from './use-answer.ts';

/** Names of subscriptions by id, in any letter case. The id stands for itself where the name is not known. */
export function useSubscriptionNames(): (id: string) => string {
  const query = { asOf: shownRun.value, maxpagesize: 1000, select: 'subscriptionId,displayName' };
  const { answer } = useAnswer('subscriptions', 'subscriptions', query);
  const names = new Map(answer?.value.map((one) => [one.subscriptionId.toLowerCase(), one.displayName]));
  return (id) => names.get(id.toLowerCase()) ?? id;
}

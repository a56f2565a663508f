import { member } from '../../json.ts';

/** The power state among the statuses of an instance view, as Azure writes it (`PowerState/running`); null when not there. */
export function toPowerState(instanceView: unknown): string | null {
  const statuses = member(instanceView, 'statuses');
  if (!Array.isArray(statuses)) return null;
  for (const status of statuses) {
    const code = member(status, 'code');
    if (typeof code === 'string' && /^PowerState\//i.test(code)) return code;
  }
  return null;
}

import type { Reason } from '../errors.ts';
import { type Coverage, type Kind, subscriptionStatus } from './coverage.ts';
import type { ShownKinds } from './query.ts';

const kindNames: Readonly<Record<Kind, string>> = {
  virtualMachines: 'virtual machines',
  powerStates: 'power states',
  scaleSets: 'scale sets',
  arcMachines: 'Arc machines',
  identities: 'identities',
  roleAssignments: 'role assignments',
};

/** A row limited to the kinds of an answer: their status, and the reason of the first incomplete one. */
export function withStatusOf(row: Coverage, kinds: ShownKinds): Coverage {
  const status = subscriptionStatus(Object.fromEntries(Object.entries(row.kinds).filter(([kind]) => isShown(kind))));
  const gap = kinds.find((kind) => row.kinds[kind]?.status !== 'complete');
  if (gap === undefined || status === 'skipped') return { ...row, status: 'complete', reason: null };
  const { reason } = row.kinds[gap] ?? { reason: notRead(gap) };
  return { ...row, status: status === 'complete' ? 'partial' : status, reason };

  function isShown(kind: string): boolean {
    return kinds.some((one) => one === kind);
  }
}

function notRead(kind: Kind): Reason {
  return { code: 'NotRead', message: `The run did not read ${kindNames[kind]}`, hint: null };
}

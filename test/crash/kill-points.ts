import { createRandom } from '../../local/azure/tenant/random.ts';

/** When a host is killed: around one of the requests that it sends to the storage account. */
export interface Kill {
  /** Of its requests, counted from when it was ready. */
  readonly request: number;
  /** Before storage has it, once storage has done it and before the host knows, or so many milliseconds after it was sent. */
  readonly when: 'before' | 'unseen' | number;
}

export interface KillPoint {
  /** The run that is disturbed: the first one ever, or the one after a change of the tenant. */
  readonly from: 'nothing' | 'published';
  /** One after the other: each host goes on from where the one before was killed. */
  readonly kills: readonly Kill[];
}

/**
 * Points at random, the same for the same seed.
 * @param requests that an undisturbed run sends to storage, by what it begins from
 */
export function killPoints(
  count: number,
  seed: number,
  requests: Readonly<Record<KillPoint['from'], number>>,
): readonly KillPoint[] {
  const random = createRandom(String(seed));
  const kill = (most: number): Kill => {
    const request = 1 + random.below(most);
    const way = random.below(3);
    return { request, when: way === 0 ? 'before' : way === 1 ? 'unseen' : random.below(40) };
  };
  return Array.from({ length: count }, () => {
    const from = random.below(4) === 0 ? 'nothing' : 'published';
    const most = requests[from];
    const again = random.below(4) === 0;
    return { from, kills: again ? [kill(most), kill(most)] : [kill(most)] };
  });
}

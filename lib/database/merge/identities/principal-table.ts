import { fold } from '../../../inventory/names/fold.ts';
import type { Database } from '../../database.ts';

/**
 * System-assigned identities that a first run has added, by principal id, while the table `identity` has no index on
 * it. 16 bytes each. Uses open addressing on a 32-bit hash and compares each match with the row itself.
 */
export function createPrincipalTable(database: Database) {
  const principalOf = database.prepare('SELECT 1 FROM identity WHERE id = ? AND principal_id = ?');
  /** Pairs of hash and identity; identity 0 = free. */
  let pairs = new Int32Array(2048);
  let count = 0;

  const put = (hash: number, identity: number): void => {
    let at = firstPlace(pairs, hash);
    while (pairs[at + 1] !== 0) at = nextPlace(pairs, at);
    pairs[at] = hash;
    pairs[at + 1] = identity;
  };
  const grow = (): void => {
    const before = pairs;
    pairs = new Int32Array(before.length * 2);
    for (let at = 0; at < before.length; at += 2) {
      const identity = before[at + 1] ?? 0;
      if (identity !== 0) put(before[at] ?? 0, identity);
    }
  };
  return {
    /** @returns the identity's number; undefined = not added */
    find(principalId: string): number | undefined {
      const hash = hashOf(principalId);
      for (let at = firstPlace(pairs, hash); ; at = nextPlace(pairs, at)) {
        const identity = pairs[at + 1] ?? 0;
        if (identity === 0) return undefined;
        if (pairs[at] === hash && principalOf.get(identity, principalId) !== undefined) return identity;
      }
    },
    add(principalId: string, identity: number): void {
      if (++count * 4 > pairs.length) grow();
      put(hashOf(principalId), identity);
    },
  };
}

function firstPlace(pairs: Int32Array, hash: number): number {
  return (hash & (pairs.length / 2 - 1)) * 2;
}

function nextPlace(pairs: Int32Array, at: number): number {
  return (at + 2) & (pairs.length - 1);
}

/** FNV-1a. Ignores case. */
function hashOf(text: string): number {
  const folded = fold(text);
  let hash = 0x811c9dc5;
  for (let index = 0; index < folded.length; index++) hash = Math.imul(hash ^ folded.charCodeAt(index), 0x01000193);
  return hash ^ (hash >>> 15);
}

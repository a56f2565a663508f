/** Pseudo-random numbers: the same seed gives the same numbers on every machine and in every run. */
export interface Random {
  /** A whole number from 0 to `limit` - 1. */
  below(limit: number): number;
  pick<T>(choices: readonly [T, ...T[]]): T;
  /** A guid in the shape of version 4. */
  guid(): string;
  /** `length` lower-case hexadecimal digits. */
  hex(length: number): string;
}

/** Mulberry32, by Tommy Ettinger (public domain). */
function mulberry32(seed: number): () => number {
  let state = seed | 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return (mixed ^ (mixed >>> 14)) >>> 0;
  };
}

/** A 32-bit hash (FNV-1a) of several parts: the seed of the stream that belongs to them. */
export function mix(...parts: readonly (number | string)[]): number {
  let hash = 0x811c9dc5;
  for (const part of parts) {
    const text = `${part};`;
    for (let index = 0; index < text.length; index++) {
      hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193);
    }
  }
  return hash >>> 0;
}

export function createRandom(...parts: readonly (number | string)[]): Random {
  const next = mulberry32(mix(...parts));
  const hex = (length: number): string => {
    let digits = '';
    while (digits.length < length) digits += next().toString(16).padStart(8, '0');
    return digits.slice(0, length);
  };
  return {
    below: (limit) => next() % limit,
    pick: (choices) => choices[next() % choices.length] ?? choices[0],
    guid() {
      const digits = hex(30);
      const variant = '89ab'[next() & 3];
      return `${digits.slice(0, 8)}-${digits.slice(8, 12)}-4${digits.slice(12, 15)}-${variant}${digits.slice(15, 18)}-${digits.slice(18, 30)}`;
    },
    hex,
  };
}

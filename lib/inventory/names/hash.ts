/**
 * A 53-bit hash of texts: two multiplicative hashes of 32 bits, mixed and cut to the bits that a number holds. Two
 * different lists of texts have the same one with a chance of 2^-53.
 */
export function hashOf(texts: readonly (string | null)[]): number {
  let high = 0xdeadbeef;
  let low = 0x41c6ce57;
  for (const given of texts) {
    const text = given ?? '\0';
    for (let index = 0; index < text.length; index++) {
      const unit = text.charCodeAt(index);
      high = Math.imul(high ^ unit, 2654435761);
      low = Math.imul(low ^ unit, 1597334677);
    }
    high = Math.imul(high ^ 0x1f, 2654435761);
    low = Math.imul(low ^ 0x1f, 1597334677);
  }
  high = Math.imul(high ^ (high >>> 16), 2246822507) ^ Math.imul(low ^ (low >>> 13), 3266489909);
  low = Math.imul(low ^ (low >>> 16), 2246822507) ^ Math.imul(high ^ (high >>> 13), 3266489909);
  return 4294967296 * (2097151 & low) + (high >>> 0);
}

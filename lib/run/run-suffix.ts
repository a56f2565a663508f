import { randomBytes } from 'node:crypto';

/** Four hexadecimal digits that keep two runs of the same second apart. */
export function newRunSuffix(): string {
  return randomBytes(2).toString('hex');
}

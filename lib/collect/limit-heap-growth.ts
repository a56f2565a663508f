import { getHeapSpaceStatistics, setFlagsFromString } from 'node:v8';

/** Two halves of 8 MiB. In a smaller young generation, what waits for an answer would move to the old one. */
const enoughBytes = 16 * 2 ** 20;
let limited = false;

/**
 * Keeps V8 from taking memory for rows that live for milliseconds: the young generation stops growing once it has
 * 16 MiB (it would grow to 128 MiB and shrink only when the process is idle), and the old one is collected when it has
 * doubled. Call it often while subscriptions are read, and for each request: the young one may grow too far within a
 * quarter of a second. Hosts start Node themselves, so an option of Node is not possible.
 * @see https://nodejs.org/api/v8.html#v8setflagsfromstringflags
 * @see docs/decisions/0003-collecting.md
 */
export function limitHeapGrowth(): void {
  if (limited) return;
  const young = getHeapSpaceStatistics().find(({ space_name }) => space_name === 'new_space');
  if ((young?.space_size ?? 0) < enoughBytes) return;
  setFlagsFromString('--semi-space-growth-factor=1');
  setFlagsFromString('--heap-growing-percent=100');
  limited = true;
}

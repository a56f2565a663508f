import { getHeapSpaceStatistics, setFlagsFromString } from 'node:v8';

/** In a smaller young generation, objects of a page would move to the old generation while they are still in use. */
const enoughBytes = 32 * 2 ** 20;
let limited = false;

/**
 * Stops V8's young generation from growing once it has 32 MiB. It would grow to 128 MiB for pages that live for
 * milliseconds, and shrink only when the process is idle. For hosts: they keep running and share an instance's memory.
 * Call it while pages arrive. Hosts start Node themselves, so an option of Node is not possible.
 * @see https://nodejs.org/api/v8.html#v8setflagsfromstringflags
 */
export function limitHeapGrowth(): void {
  if (limited) return;
  const young = getHeapSpaceStatistics().find(({ space_name }) => space_name === 'new_space');
  if ((young?.space_size ?? 0) < enoughBytes) return;
  setFlagsFromString('--semi-space-growth-factor=1');
  limited = true;
}

import { getHeapSpaceStatistics, setFlagsFromString } from 'node:v8';

/** Below this, objects of a page would be moved to the old generation while they are still in use. */
const enoughBytes = 32 * 2 ** 20;
let stopped = false;

/**
 * Lets V8's young generation grow no further once it has 32 MiB. It would take 128 MiB for pages that live for milliseconds, and
 * give them back to nobody but an idle process. For hosts, which live on and share an instance's memory; to be called while pages
 * come. No option of Node's does it, since hosts start Node themselves.
 * @see https://nodejs.org/api/v8.html#v8setflagsfromstringflags
 */
export function limitYoungGeneration(): void {
  if (stopped) return;
  const young = getHeapSpaceStatistics().find(({ space_name }) => space_name === 'new_space');
  if ((young?.space_size ?? 0) < enoughBytes) return;
  setFlagsFromString('--semi-space-growth-factor=1');
  stopped = true;
}

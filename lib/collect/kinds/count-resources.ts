import { fold } from '../../inventory/names/fold.ts';
import { hashOf } from '../../inventory/names/hash.ts';
import type { ReadingEvent, ReadingSink } from '../../inventory/reading.ts';

/**
 * A sink that passes on the rows of one list and counts its resources. A row that comes again (on another page, in
 * another letter case) counts once, and so does a machine that moves to another id while it is listed. Keeps a hash of
 * each id: the ids themselves take five times the memory, of all lists that are read at the same time.
 */
export function countResources(sink: ReadingSink): { readonly sink: ReadingSink; readonly count: () => number } {
  const resources = new Set<number>();
  return {
    sink(event) {
      for (const resource of resourcesOf(event)) resources.add(hashOf([fold(resource)]));
      sink(event);
    },
    count: () => resources.size,
  };
}

function resourcesOf(event: ReadingEvent): readonly string[] {
  switch (event.type) {
    case 'machines':
      return event.rows.map(({ vmId, id }) => vmId ?? id);
    case 'powerStates':
    case 'identities':
    case 'roleAssignments':
      return event.rows.map(({ id }) => id);
    default:
      return [];
  }
}

import type { ReadingSink } from '../inventory/reading.ts';

/**
 * A sink that hands each subscription to the sink that `sinkOf` names; null drops it. Role definitions go to `roles`: the first
 * subscription that names a role brings its definition for all.
 */
export function routeReadings(sinkOf: (subscriptionId: string) => ReadingSink | null, roles: ReadingSink): ReadingSink {
  return (event) => {
    if (event.type === 'roleDefinitions') roles(event);
    else sinkOf(event.type === 'end' ? event.reading.subscriptionId : event.subscriptionId)?.(event);
  };
}

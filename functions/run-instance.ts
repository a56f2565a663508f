/** The orchestration, as it is registered. */
export const orchestrationName = 'inventory-run';

/** One run at a time: all of them are the same instance of the orchestration, one after the other. */
export const instanceId = 'inventory-run';

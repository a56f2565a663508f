/**
 * Versions of Microsoft.Azure.WebJobs.Extensions.DurableTask that the tests run: the newest, and an old one of version 3.
 * Each has a lock file, test/real-engine/host/packages.VERSION.lock.json.
 */
export const engineVersions = ['3.19.0', '3.14.1'] as const;
export type EngineVersion = (typeof engineVersions)[number];

/** The built WebJobs host with that version of the extension. */
export const artifactsOf = (version: EngineVersion): string => `dist/real-engine/${version}`;

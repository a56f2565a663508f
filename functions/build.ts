import manifest from '../package.json' with { type: 'json' };

/** Set by `scripts/bundle.ts`. The sources themselves do not have it. */
declare const __sourceCommit: string | null;

/** The version, and the commit that this bundle was built from; null = not known. */
export const build = {
  version: manifest.version,
  commit: typeof __sourceCommit === 'undefined' ? null : __sourceCommit,
} as const;

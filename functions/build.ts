import type { Build } from '../lib/http/context.ts';
import manifest from '../package.json' with { type: 'json' };

const { version } = manifest;
/** `.ci/package` names the commit, and scripts/bundle.ts keeps it. */
const commit = process.env.BUILD_COMMIT;

/** What this code was built from. */
export const build: Build = commit === undefined ? { version } : { version, commit };

import { changeViews } from './views/changes.ts';
import { coverageViews } from './views/coverage.ts';
import { machineViews } from './views/machines.ts';
import { principalViews } from './views/principals.ts';

/** Views for the questions people ask with any tool that opens SQLite. Documented in docs/database.md. */
export const views = [coverageViews, machineViews, principalViews, changeViews].join('\n');

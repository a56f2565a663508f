import { execFileSync } from 'node:child_process';
import { join } from 'node:path';

/** Builds dist/ once before the tests: those that start the app or the command line start what is shipped. */
export function setup(): void {
  execFileSync(process.execPath, ['scripts/build.ts'], { cwd: join(import.meta.dirname, '../..'), stdio: 'inherit' });
}

import { execFileSync } from 'node:child_process';
import { realpathSync } from 'node:fs';

const commitPattern = /^[0-9a-f]{40}(?:[0-9a-f]{24})?$/;

/**
 * The commit that a folder of sources holds: `BUILD_COMMIT`, for sources without Git, else the commit that is checked
 * out, if the files are those of that commit.
 * @returns null = not known: no repository of its own, or changed files
 * @throws {Error} `BUILD_COMMIT` is no full commit id
 */
export function sourceCommit(folder: string, environment: NodeJS.ProcessEnv): string | null {
  const given = environment.BUILD_COMMIT ?? '';
  if (given !== '') {
    if (commitPattern.test(given)) return given;
    throw new Error(`BUILD_COMMIT is '${given}'; allowed: a full commit id in lower case`);
  }
  const git = (...args: string[]): string =>
    execFileSync('git', args, { cwd: folder, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim();
  try {
    // A copy inside another repository is not that repository's commit.
    if (realpathSync(git('rev-parse', '--show-toplevel')) !== realpathSync(folder)) return null;
    if (git('status', '--porcelain') !== '') return null;
    const head = git('rev-parse', 'HEAD');
    return commitPattern.test(head) ? head : null;
  } catch {
    // No Git, no repository, or no commit yet.
    return null;
  }
}

import { buildPage } from './build-page.ts';
import { bundle } from './bundle.ts';
import { sourceCommit } from './source-commit.ts';

const commit = sourceCommit(process.cwd(), process.env);

await Promise.all([
  bundle('functions/index.ts', 'dist/functions.cjs', { executable: false, commit }),
  bundle('cli/main.ts', 'dist/cli.cjs', { executable: true }),
  buildPage(),
]);

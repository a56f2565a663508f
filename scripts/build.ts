import { buildPage } from './build-page.ts';
import { bundle } from './bundle.ts';

await Promise.all([
  bundle('functions/index.ts', 'dist/functions.cjs', { executable: false }),
  bundle('cli/main.ts', 'dist/cli.cjs', { executable: true }),
  buildPage(),
]);

import { spawnSync } from 'node:child_process';
import { compilerEnvironment, findCompiler } from './compiler.ts';

/* `npm run bicep -- ARGUMENTS`: runs the pinned Bicep compiler. */
const { status } = spawnSync(findCompiler(), process.argv.slice(2), { env: compilerEnvironment, stdio: 'inherit' });
process.exitCode = status ?? 1;

import { readFile, writeFile } from 'node:fs/promises';
import { relative } from 'node:path';
import { main as compile } from 'assemblyscript/asc';

/**
 * Writes lib/azure/resource-manager/client/members/wasm.ts: the WebAssembly made from assembly/filter.ts beside it. It is
 * kept in the repository, so that tests and commands run from the sources.
 */
const folder = new URL('../lib/azure/resource-manager/client/members/', import.meta.url);

/** @returns the text of wasm.ts */
export async function wasmModule(): Promise<string> {
  const source = await readFile(new URL('assembly/filter.ts', folder), 'utf8');
  let wasm: Uint8Array | undefined;
  const flags = ['-O3', '--runtime', 'stub', '--noAssert', '--enable', 'simd', '--importMemory', '--noExportMemory'];
  const { error, stderr } = await compile(['filter.ts', ...flags, '--outFile', 'filter.wasm'], {
    readFile: (name) => (name === 'filter.ts' ? source : null),
    writeFile: (_name, contents) => {
      if (typeof contents !== 'string') wasm = contents;
    },
  });
  if (error !== null || wasm === undefined) throw new Error(`AssemblyScript: ${stderr.toString()}`, { cause: error });
  return [
    '// Made from assembly/filter.ts by scripts/wasm.ts. Do not edit: `npm run wasm` writes it.',
    `export const filterWasm =\n  '${Buffer.from(wasm).toString('base64')}';\n`,
  ].join('\n');
}

if (import.meta.main) {
  const file = new URL('wasm.ts', folder);
  await writeFile(file, await wasmModule());
  console.log(`Wrote ${relative('.', file.pathname)}`);
}

import { readFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { wasmModule } from '../../scripts/wasm.ts';

test('the WebAssembly is the one that its source gives; if this fails: npm run wasm', async () => {
  const file = new URL('../../lib/azure/resource-manager/client/members/wasm.ts', import.meta.url);

  expect(await readFile(file, 'utf8')).toBe(await wasmModule());
});

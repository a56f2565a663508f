import { readFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { pageTypes } from '../../scripts/page-types.ts';

test("the page's types are those of the OpenAPI document", async () => {
  expect(await readFile('web/api/types.ts', 'utf8')).toBe(pageTypes());
});

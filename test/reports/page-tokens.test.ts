import { readFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { pageTokens } from '../../lib/reports/html/page-tokens.ts';

test('reports have the colours and fonts of the page', async () => {
  const sheet = await readFile('web/styles/tokens.css', 'utf8');
  const declarations =
    /:root \{\n([\s\S]*?)\n\}/
      .exec(sheet)?.[1]
      ?.split('\n')
      .map((line) => line.trim()) ?? [];

  expect(declarations.length).toBeGreaterThan(20);
  expect(pageTokens.split('\n')).toEqual(declarations);
});

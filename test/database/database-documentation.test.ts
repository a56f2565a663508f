import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createInventory, type Inventory } from './fixtures/inventory.ts';

const page = readFileSync(new URL('../../docs/database.md', import.meta.url), 'utf8');
let inventory: Inventory;
beforeAll(() => {
  inventory = createInventory();
});
afterAll(() => inventory[Symbol.dispose]());

const namesOf = (type: string): string[] =>
  inventory.database
    .prepare('SELECT name FROM sqlite_schema WHERE type = ? ORDER BY name')
    .all(type)
    .map((row) => String(row.name));

test('every example runs', () => {
  const examples = page
    .split('\n')
    .filter((line) => line.startsWith('    '))
    .join('\n')
    .split(';\n');
  expect(examples.length).toBeGreaterThan(5);
  for (const example of examples) expect(() => inventory.database.prepare(example).all()).not.toThrow();
});

test('every table is described', () => {
  for (const table of namesOf('table')) expect(page).toContain(`| \`${table}\` |`);
});

test('every view is described with the columns it has', () => {
  for (const view of namesOf('view').filter((name) => name !== 'machine_id')) {
    const columns = inventory.database
      .prepare(`SELECT * FROM ${view}`)
      .columns()
      .map((column) => column.name);
    const row = page.split('\n').find((line) => line.startsWith(`| \`${view}\` |`));
    expect(row).toContain(`\`${columns.join(' ')}\``);
  }
});

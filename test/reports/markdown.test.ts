import { expect, test } from 'vitest';
import { markdown } from '../../lib/reports/markdown.ts';
import { reportSource, virtualMachine } from '../support/report-source.ts';

test('Markdown shows markup in names as text', () => {
  const name = 'a|b*c*<i>`\n# x';

  const text = [...markdown(reportSource({ virtualMachines: () => [virtualMachine(name)] }))].join('');

  expect(text).toContain(String.raw`| a\|b\*c\*\<i\>\` \# x |  | rg |`);
});

test('Markdown shows whether it is complete, what is missing, and how to get access', () => {
  const text = [...markdown(reportSource())].join('');

  expect(text).toContain('**Not complete.** As of 2026-11-20T06:00:00.000Z');
  expect(text).toMatch(/\| denied \| virtualMachines, identities \| az role … \| AuthorizationFailed: no \|/);
  expect(text).toMatch(/### Blind spots[\s\S]+\| az role assignment create --role Reader \|/);
});

test('Markdown has no section for gaps when nothing is missing', () => {
  const text = [...markdown(reportSource({ complete: true, coverage: [], blindSpots: [] }))].join('');

  expect(text).toContain('Complete. As of');
  expect(text).not.toMatch(/Not read completely|Blind spots\n/);
});

import { expect, test } from 'vitest';
import { createChangeCounts } from '../../../lib/database/merge/change-counts.ts';
import { changeKinds } from '../../../lib/inventory/run.ts';

test('Kinds of changes keep their declared order, in whichever order subscriptions were read', () => {
  const counts = createChangeCounts();
  for (const kind of changeKinds.toReversed()) counts.add(kind);
  expect(Object.keys(counts.toJSON())).toEqual(changeKinds);
});

test('A kind without a change is left out', () => {
  const counts = createChangeCounts();
  counts.add('identityAttached', 2);
  counts.add('roleAssigned', 0);
  counts.add(null);
  expect(counts.toJSON()).toEqual({ identityAttached: 2 });
});

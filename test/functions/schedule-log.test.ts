import { expect, test } from 'vitest';
import { scheduleLine } from '../../functions/schedule-log.ts';
import { newAzuriteAccount } from '../support/azurite-account.ts';
import { never, newStore } from '../support/stores.ts';

const azurite = await newAzuriteAccount();
const daily = '0 0 6 * * *';
const lineOf = (...given: Parameters<typeof scheduleLine>) => JSON.parse(scheduleLine(...given));
const now = new Date('2026-11-21T12:00:00Z');

test('the line begins as the alert expects, and says when the newest run becomes too old', () => {
  const text = scheduleLine(daily, { finishedAt: '2026-11-21T06:10:00.000Z', complete: true }, null, now);

  expect(text).toMatch(/^\{"event":"inventorySchedule",/);
  expect(JSON.parse(text)).toEqual({
    event: 'inventorySchedule',
    schedule: daily,
    lastFinishedAt: '2026-11-21T06:10:00.000Z',
    lateAfter: '2026-11-23T06:10:00.000Z',
  });
});

test('as long as no run was published, the first one on record should have been', () => {
  const { lateAfter, lastFinishedAt } = lineOf(daily, null, '20261119T060000Z-3f2a', now);

  expect({ lateAfter, lastFinishedAt }).toEqual({ lateAfter: '2026-11-21T06:00:00.000Z', lastFinishedAt: null });
});

test('before the first run nothing is late', () => {
  expect(lineOf(daily, null, null, now).lateAfter).toBe('2026-11-23T12:00:00.000Z');
});

test('a schedule that expects no run is never late', () => {
  expect(lineOf('0 0 0 31 2 *', null, null, now).lateAfter).toMatch(/^9999-/);
});

test('the oldest run on record is found by its id, also when its record cannot be read', async () => {
  const { store, container } = newStore(azurite.connectionString);
  const none = await store.runs.oldestId(never);
  await container.create();
  for (const id of ['20261120T060000Z-0001', '20261119T060000Z-0002', 'running.json']) {
    await container.getBlockBlobClient(`runs/${id}/run.json`).upload('broken', 6);
  }

  const oldest = await store.runs.oldestId(never);

  expect([none, oldest]).toEqual([null, '20261119T060000Z-0002']);
});

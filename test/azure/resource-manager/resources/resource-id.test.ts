import { expect, test } from 'vitest';
import { resourcePath } from '../../../../lib/azure/resource-manager/resources/resource-id.ts';

test.each([
  ['/a/b c', '/a/b%20c'],
  ['/a/../b?x#y', '/a/../b%3Fx%23y'],
  ['/a/\ud800', '/a/%EF%BF%BD'],
  ['/a/\udc00b', '/a/%EF%BF%BDb'],
])('The id %j becomes the path %s', (id, path) => {
  expect(resourcePath(id)).toBe(path);
});

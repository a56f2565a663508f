import { describe, expect, test } from 'vitest';
import { refuseImpossibleTags, requiredTags } from '../../../lib/inventory/names/tag-filter.ts';

/** A filter as the parameters give it. */
const filter = (text: string) => {
  const [name = '', ...rest] = text.split('=');
  return { name, value: rest.length === 0 ? null : rest.join('=') };
};

describe('the name is the longest one in use with which the text begins:', () => {
  test.each<[text: string, inUse: string[], names: string[], value: string | null]>([
    ['env', ['env'], ['env'], null],
    ['env=prod', ['env'], ['env'], 'prod'],
    ['env=', ['env'], ['env'], ''],
    ['kubernetes.io=cluster', ['kubernetes.io=cluster'], ['kubernetes.io=cluster'], null],
    ['kubernetes.io=cluster=owned', ['kubernetes.io=cluster'], ['kubernetes.io=cluster'], 'owned'],
    ['a=b', ['a', 'a=b'], ['a=b'], null],
    ['a=b=c', ['a', 'a=b'], ['a=b'], 'c'],
    ['a=c', ['a', 'a=b'], ['a'], 'c'],
    ['a=b=c=d', ['a', 'a=b=c'], ['a=b=c'], 'd'],
    ['a=b=c', ['a'], ['a'], 'b=c'],
    ['a==', ['a='], ['a='], ''],
    ['a=', ['a='], ['a='], null],
    ['=a=b', ['=a'], ['=a'], 'b'],
    ['GRØN=ja', ['grøn'], ['grøn'], 'ja'],
    ['env', ['Env', 'ENV', 'environment'], ['Env', 'ENV'], null],
    ['b=c', ['a'], [], null],
  ])('%s with %j', (text, inUse, names, value) => {
    expect(requiredTags([filter(text)], inUse)).toEqual([{ names, value }]);
  });
});

const refuse = (texts: readonly string[], inUse: readonly string[]) => () =>
  refuseImpossibleTags(texts.map(filter), inUse);

describe('a filter that can never match is refused:', () => {
  test.each<[texts: string[], inUse: string[], message: string]>([
    [['env'], [], "no machine has a tag named 'env'"],
    [['env', 'team=x'], ['env'], "no machine has a tag named 'team=x' or 'team'"],
    [['a=b=c'], ['b', 'a='], "no machine has a tag named 'a=b=c' or 'a=b' or 'a'"],
    [['a=b=c=d'], [], "named 'a=b=c=d' or 'a=b=c' or 'a=b', or anything before an ="],
    [['=x'], ['x', ''], "no machine has a tag named '=x'"],
    [['env=a', 'ENV=b'], ['env'], 'tag=env=a and tag=ENV=b match nothing together'],
    [['env=a', 'env', 'env=A'], ['env'], 'tag=env=a and tag=env=A match nothing together'],
  ])('%j with %j', (texts, inUse, message) => {
    expect(refuse(texts, inUse)).toThrow(
      expect.objectContaining({
        code: 'InvalidParameter',
        parameter: 'tag',
        message: expect.stringContaining(message),
      }),
    );
  });
});

test.each([[['env=a', 'env', 'ENV=a']], [['env=nothing']], [['a=b', 'a=b=c']], [[]]])('%j can match', (texts) => {
  expect(refuse(texts, ['env', 'a', 'a=b'])).not.toThrow();
});

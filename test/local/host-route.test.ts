import { describe, expect, test } from 'vitest';
import { requestPath } from '../../local/host/http/request-path.ts';
import { compileRoute } from '../../local/host/http/route-template.ts';

describe('a route template', () => {
  test.each([
    ['a/b', '/A/b', {}],
    ['a/b', '/a/b/', {}],
    ['a/b', '/a/b/c', null],
    ['a/{x}', '/a/1', { x: '1' }],
    ['a/{x}', '/a', null],
    ['a/{x?}', '/a', {}],
    ['a/{x=7}', '/a', { x: '7' }],
    ['a/{*rest}', '/a/b/c', { rest: 'b/c' }],
    ['a/{**rest}', '/a', {}],
    ['reports/{name}.{format}', '/reports/a.b.csv', { name: 'a.b', format: 'csv' }],
    ['reports/{name}.{format}', '/reports/csv', null],
    ['a/{id:int}', '/a/-12', { id: '-12' }],
    ['a/{id:int}', '/a/2147483648', null],
    ['a/{id:guid}', '/a/0f8fad5b-d9cb-469f-a165-70867728950e', { id: '0f8fad5b-d9cb-469f-a165-70867728950e' }],
    ['a/{id:guid}', '/a/x', null],
    ['a/{id:alpha:length(2,3)}', '/a/abc', { id: 'abc' }],
    ['a/{id:alpha:length(2,3)}', '/a/abcd', null],
    ['a/{id:range(1,5)?}', '/a', {}],
    ['a/{id:regex(^\\d{{2}}$)}', '/a/12', { id: '12' }],
    ['a/{id:regex(^\\d{{2}}$)}', '/a/123', null],
    ['a+b/{{x}}', '/a+b/{x}', {}],
    ['', '/', {}],
  ])('%s applied to %s gives %j', (template, path, expected) => {
    const values = compileRoute(template)(path);

    expect(values).toEqual(expected);
  });

  test.each(['/a', '~/a', 'a//b', 'a/{x', 'a/{x:nothing}', 'a/{}', 'a/{x:length(b)}'])(
    'is refused as %j',
    (template) => {
      const compile = () => compileRoute(template);

      expect(compile).toThrow(RangeError);
    },
  );
});

describe('the path of a request', () => {
  test.each([
    ['/a?b=/c', '/a'],
    ['/a%20b', '/a b'],
    ['/a%2Fb', '/a%2Fb'],
    ['/a%2fb%20', '/a%2fb '],
    ['/%E2%82%AC', '/€'],
    ['/%ff', '/%ff'],
    ['/%', '/%'],
    ['/a%00', null],
    ['/a/./b/../c', '/a/c'],
    ['/a/%2e%2e/c', '/c'],
    ['/../../x/..', '/'],
  ])('%s is %s', (target, expected) => {
    const path = requestPath(target);

    expect(path).toBe(expected);
  });
});

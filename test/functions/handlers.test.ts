import { app, type HttpHandler, type InvocationContext } from '@azure/functions';
import { expect, test, vi } from 'vitest';

const handlers: [string, HttpHandler][] = [];
vi.spyOn(app, 'http').mockImplementation((name, { handler }) => void handlers.push([name, handler]));
await import('../../functions/http.ts');

/** Nothing real breaks so early: it stands for a fault in the code around the routes. */
const broken: Parameters<HttpHandler>[0] = new Proxy(Object.create(null), {
  get(_, property) {
    if (property === 'method') return 'GET';
    throw new Error(`on purpose: ${String(property)}`);
  },
});

test('No handler rejects: with streaming, the host would leave the caller without an answer', async () => {
  const lines: unknown[] = [];
  const invocation: InvocationContext = Object.assign(Object.create(null), {
    invocationId: 'i',
    error: (line: unknown) => void lines.push(line),
  });

  const answers = await Promise.all(handlers.map(([, handler]) => handler(broken, invocation)));

  expect(handlers.length).toBeGreaterThan(15);
  expect(answers).toEqual(handlers.map(() => ({ status: 500 })));
  expect(lines.filter((line) => String(line).includes('on purpose')).length).toBeGreaterThanOrEqual(handlers.length);
});

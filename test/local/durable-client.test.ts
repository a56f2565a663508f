import { Server } from 'node:net';
import { afterEach, expect, test, vi } from 'vitest';
import { createDurableExtension } from '../../local/host/durable/extension.ts';
import type { HostedFunction } from '../../local/host/invocation.ts';
import type { TriggerHost } from '../../local/host/trigger.ts';

afterEach(() => {
  vi.restoreAllMocks();
});

const host: TriggerHost = {
  invoke: () => Promise.reject(new Error('there is no function')),
  resolveSettings: (text) => text,
  extensions: {},
  environment: {},
};

const orchestrator: HostedFunction = {
  name: 'run',
  callback: () => undefined,
  triggerName: 'context',
  inputs: {},
  metadata: { name: 'run', bindings: {} },
  trigger: { type: 'orchestrationTrigger', direction: 'in' },
};

test('the next invocation tries again when the address for durable clients failed', async () => {
  const { inputs, triggers } = createDurableExtension();
  const client = inputs.durableClient?.(host);
  vi.spyOn(Server.prototype, 'listen').mockImplementationOnce(function (this: Server) {
    process.nextTick(() => this.emit('error', new Error('listen EMFILE: too many open files')));
    return this;
  });

  await expect(client?.()).rejects.toThrow('EMFILE');
  const { json = '' } = (await client?.()) ?? {};

  expect(JSON.parse(json).baseUrl).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/[\da-f]{32}\/$/);
  triggers.orchestrationTrigger?.(orchestrator, host).stop();
});

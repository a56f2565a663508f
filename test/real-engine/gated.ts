import { once } from 'node:events';
import { type IncomingMessage, request } from 'node:http';
import { createRequire } from 'node:module';
import { text } from 'node:stream/consumers';
import type { InvocationContext } from '@azure/functions';

/*
 * The entry file of a test: loads APP, and asks the gate at GATE_URL before each orchestrator and activity begins, and
 * before its result goes to the engine. The gate answers when it may go on, or that it fails. It sees the input; that of an orchestrator
 * contains the history. `GET api/engine-client` answers with the value of a durableClient binding.
 */
interface HookContext {
  readonly inputs: readonly unknown[];
  readonly invocationContext: InvocationContext;
}
interface Core {
  registerHook(name: string, hook: (context: HookContext) => Promise<void>): void;
  registerFunction(metadata: object, callback: (request: unknown, context: InvocationContext) => object): void;
}
const { GATE_URL, APP = '' } = process.env;
const core: Core = createRequire(import.meta.url)('@azure/functions-core');

function askGate(when: 'begin' | 'end'): (context: HookContext) => Promise<void> {
  return async ({ inputs: [input = null], invocationContext: { functionName, options } }) => {
    if (options.trigger.type === 'httpTrigger') return;
    // Not fetch: its time limits would fail functions on a busy machine.
    const asking = request(`${GATE_URL}/${when}/${functionName}`, { method: 'POST' }).end(JSON.stringify(input));
    const [answer]: IncomingMessage[] = await once(asking, 'response');
    const failure = answer === undefined ? '' : await text(answer);
    if (answer?.statusCode !== 200) throw new Error(failure);
  };
}
core.registerHook('preInvocation', askGate('begin'));
core.registerHook('postInvocation', askGate('end'));
core.registerFunction(
  {
    name: 'engine-client',
    bindings: {
      request: { type: 'httpTrigger', direction: 'in', authLevel: 'anonymous', methods: ['GET'] },
      client: { type: 'durableClient', direction: 'in' },
      $return: { type: 'http', direction: 'out' },
    },
  },
  (_, context) => ({ jsonBody: context.extraInputs.get('client') }),
);
await import(APP);

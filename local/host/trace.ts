import type { IncomingMessage } from 'node:http';
import type { Invocation } from './invocation.ts';

/** The W3C trace context that a caller sent. @see https://www.w3.org/TR/trace-context/ */
export function traceOf(request: IncomingMessage): Pick<Invocation, 'traceParent' | 'traceState'> {
  const { traceparent, tracestate } = request.headers;
  return {
    traceParent: typeof traceparent === 'string' ? traceparent : undefined,
    traceState: typeof tracestate === 'string' ? tracestate : undefined,
  };
}

import { createServer } from 'node:http';
import { text } from 'node:stream/consumers';
import { listenOnLoopback } from '../../local/listen.ts';

/** A call that stands at the gate. */
export interface Passage {
  readonly name: string;
  readonly when: 'begin' | 'end';
  readonly input: unknown;
}

/** Decides when orchestrators and activities begin, and when their results go to the engine. */
export interface Gate {
  readonly url: string;
  /** All that came, in order. */
  readonly seen: readonly Passage[];
  /** Asked for each call: the message of the error that it throws instead; null (the default) = none. */
  failureOf: (passage: Passage) => string | null;
  /** Lets the next call that matches wait. @returns resolves when it waits; `release` lets it go on */
  hold(matches: (passage: Passage) => boolean): { readonly waits: Promise<Passage>; release(): void };
  stop(): void;
}

export async function openGate(): Promise<Gate> {
  const seen: Passage[] = [];
  const holds = new Set<{ matches(passage: Passage): boolean; enter(passage: Passage): Promise<void> }>();
  const server = createServer(async (request, response) => {
    const [, when = '', name = ''] = (request.url ?? '').split('/');
    const passage = { name, when: when === 'begin' ? when : 'end', input: JSON.parse(await text(request)) } as const;
    seen.push(passage);
    const hold = [...holds].find((each) => each.matches(passage));
    if (hold !== undefined) {
      holds.delete(hold);
      await hold.enter(passage);
    }
    const failure = gate.failureOf(passage);
    response.writeHead(failure === null ? 200 : 500).end(failure);
  });
  server.keepAliveTimeout = 0;
  const port = await listenOnLoopback(server, 0);
  const gate: Gate = {
    url: `http://127.0.0.1:${port}`,
    seen,
    failureOf: () => null,
    hold(matches) {
      const waiting = Promise.withResolvers<Passage>();
      const released = Promise.withResolvers<void>();
      holds.add({
        matches,
        enter: (passage) => {
          waiting.resolve(passage);
          return released.promise;
        },
      });
      return { waits: waiting.promise, release: released.resolve };
    },
    stop() {
      server.close();
      server.closeAllConnections();
    },
  };
  return gate;
}

import type { Environment, Settings } from '../settings.ts';
import { cloudOf } from './cloud.ts';
import { createArmClient } from './resource-manager/client/arm-client.ts';
import { readAccessToken } from './token-claims.ts';
import { createTokenSource } from './token-source.ts';

/** Azure as one identity sees it. One per process, because it bounds the requests in flight. */
export type Session = Readonly<ReturnType<typeof openSession>>;

/** Loads and sends nothing before the first request. */
export function openSession(settings: Settings, environment: Environment) {
  const cloud = cloudOf(settings);
  const tokens = createTokenSource(settings, environment);
  return {
    cloud,
    tokens,
    arm: createArmClient({ cloud, tokens, concurrency: settings.concurrency }),
    /**
     * The identity's principal id, for commands that grant it a role; null for an opaque token.
     * @throws {NoTokenError}
     */
    principalId: async (signal: AbortSignal) => readAccessToken((await tokens.token({ signal })).token).principalId,
  };
}

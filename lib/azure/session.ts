import type { Environment, Settings } from '../settings.ts';
import { type Cloud, cloudOf } from './cloud.ts';
import { type ArmClient, createArmClient } from './resource-manager/client/arm-client.ts';
import type { TokenSource } from './token.ts';
import { readAccessToken } from './token-claims.ts';
import { createTokenSource } from './token-source.ts';

/** Azure as one identity sees it. One per process, because it bounds the requests in flight. */
export interface Session {
  readonly cloud: Cloud;
  readonly tokens: TokenSource;
  readonly arm: ArmClient;
  /**
   * The identity's principal id, for commands that grant it a role; null for an opaque token.
   * @throws {NoTokenError}
   */
  principalId(signal: AbortSignal): Promise<string | null>;
}

/** Loads and sends nothing before the first request. */
export function openSession(settings: Settings, environment: Environment): Session {
  const cloud = cloudOf(settings);
  const tokens = createTokenSource(settings, environment);
  return {
    cloud,
    tokens,
    arm: createArmClient({ cloud, tokens, concurrency: settings.concurrency }),
    principalId: async (signal) => readAccessToken((await tokens.token({ signal })).token).principalId,
  };
}

import type { Container } from './container.ts';
import { attempt, isConditionNotMet, isContainerMissing } from './storage-error.ts';

/**
 * Writes a blob only if its ETag is still the one given. Creates a missing container.
 * @param etag null = only if the blob does not exist
 * @returns false when the condition failed: another writer came first, or this write's own first try lost its answer
 */
export function writeIfMatch(
  container: Container,
  name: string,
  etag: string | null,
  signal: AbortSignal,
  write: (conditions: { ifMatch?: string; ifNoneMatch?: '*' }) => Promise<unknown>,
): Promise<boolean> {
  const conditions = etag === null ? { ifNoneMatch: '*' as const } : { ifMatch: etag };
  return attempt(container, `write ${name}`, signal, async () => {
    try {
      await write(conditions).catch(async (error: unknown) => {
        if (!isContainerMissing(error)) throw error;
        await container.client.createIfNotExists({ abortSignal: signal });
        await write(conditions);
      });
      return true;
    } catch (error) {
      if (isConditionNotMet(error)) return false;
      throw error;
    }
  });
}

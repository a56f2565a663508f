import type { Change } from '../change.ts';
import { type AuthorStatus, hasAuthor } from './author.ts';

const withoutAuthor: Readonly<Record<AuthorStatus, string>> = {
  found: '',
  notFound: 'not found',
  notRead: 'not read',
  expired: 'expired',
  off: 'off',
};

/**
 * The author of a change in a few words; '' for a change of a kind that has none.
 * @param nameOf the name of a managed identity that this inventory knows, by its principal id
 */
export function authorText({ kind, by, byStatus }: Change, nameOf: (principalId: string) => string | null): string {
  if (!hasAuthor(kind)) return '';
  if (by === null) return withoutAuthor[byStatus];
  const { caller, callerId, candidates } = by;
  const name = (callerId === null ? null : nameOf(callerId)) ?? caller ?? 'platform';
  const others = (candidates?.length ?? 1) - 1;
  return others === 0 ? name : `${name} (and ${others} more)`;
}

import type { BlobServiceClient, ContainerClient } from '@azure/storage-blob';
import type { AccessTokenClaims } from '../access-token.ts';
import type { TokenSource } from '../token.ts';

/** What writing the inventory needs; it includes making links that read one blob. */
export const dataRole = 'Storage Blob Data Contributor';
/** What taking in the inventory of another deployment needs. */
export const readerRole = 'Storage Blob Data Reader';
export type Role = typeof dataRole | typeof readerRole;

/** An open container, and how it is spoken of in messages. */
export interface Container {
  readonly service: BlobServiceClient;
  readonly client: ContainerClient;
  readonly account: string;
  /** Of the identity that it is reached with; null for a connection string. Only an identity can make links that read one blob. */
  readonly tokens: TokenSource | null;
  /** What the identity needs there. */
  readonly role: Role;
  /** Claims of the token that was last sent there; null = none was. */
  readonly sent: () => AccessTokenClaims | null;
}

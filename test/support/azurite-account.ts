import { inject } from 'vitest';
import { connectionStringFor } from './azurite.ts';
import type { SharedAccount } from './shared-azurite.ts';

/** An empty storage account in the Azurite that all tests share. */
export interface AzuriteAccount {
  /** Of Azurite, for a proxy before it. */
  readonly origin: string;
  /** Of the account: containers are below it. */
  readonly url: string;
  readonly name: string;
  readonly connectionString: string;
  /** Reaches the account through a proxy at `origin`. */
  connectionStringVia(origin: string): string;
}

export async function newAzuriteAccount(): Promise<AzuriteAccount> {
  const response = await fetch(inject('sharedAzuriteUrl'));
  const { origin, account }: SharedAccount = JSON.parse(await response.text());
  return {
    origin,
    url: `${origin}/${account}`,
    name: account,
    connectionString: connectionStringFor(origin, account),
    connectionStringVia: (proxyOrigin) => connectionStringFor(proxyOrigin, account),
  };
}

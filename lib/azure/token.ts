/** Where tokens come from. `Unknown` before the first token. */
export type IdentitySourceName =
  | 'AppService'
  | 'IMDS'
  | 'CloudShell'
  | 'AzureArc'
  | 'ServiceFabric'
  | 'MachineLearning'
  | 'WorkloadIdentity'
  | 'Environment'
  | 'AzureCLI'
  | 'AzureDeveloperCLI'
  | 'AzurePowerShell'
  | 'VisualStudioCode'
  | 'Unknown';

/** A bearer token and its expiry, with the names of the Azure SDK. */
export interface Token {
  readonly token: string;
  /** Milliseconds since the epoch. */
  readonly expiresOnTimestamp: number;
}

export interface TokenRequest {
  /** Default: Resource Manager of the cloud in use. With or without a trailing slash. */
  readonly audience?: string;
  /** For people who sign in to several tenants; a managed identity has one. Default: the tenant of the sign-in. */
  readonly tenantId?: string;
  /** A claims challenge, decoded (JSON), that the token must answer. */
  readonly claims?: string;
  /** An access token that was refused: get another one. */
  readonly refuse?: string;
  readonly signal: AbortSignal;
}

/** Gives tokens from memory. Callers at the same time share one fetch. */
export interface TokenSource {
  /** @throws {NoTokenError} no endpoint listens or it fails, the identity or the audience is unknown */
  token(request: TokenRequest): Promise<Token>;
  /** Known after the first token. */
  readonly source: IdentitySourceName;
  /** Origin and path of the managed-identity endpoint; null for credentials without one. */
  readonly endpoint: string | null;
}

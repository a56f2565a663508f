/** Where tokens come from. `Unknown` until the first token, or when a credential does not say. */
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

/** A bearer token and its end, as the credential interfaces of the Azure SDK name them. */
export interface Token {
  readonly token: string;
  /** Milliseconds since the epoch. */
  readonly expiresOnTimestamp: number;
}

export interface TokenRequest {
  /** Whom the token is for; default: Resource Manager of the cloud in use. With or without a slash at the end. */
  readonly audience?: string;
  /** Of that tenant, where a person's sign-in has several; a managed identity has one, whatever is asked. Default: the sign-in's own. */
  readonly tenantId?: string;
  /** A claims challenge, decoded (JSON): a new token that answers it is fetched. */
  readonly claims?: string;
  /** The access token that was refused: another one than this is fetched. */
  readonly refuse?: string;
  readonly signal: AbortSignal;
}

/** Hands out tokens from memory, and fetches them once for however many callers ask at the same time. */
export interface TokenSource {
  /** @throws {NoTokenError} none to be had: nothing listening, identity not found, audience not supported, the endpoint keeps failing */
  token(request: TokenRequest): Promise<Token>;
  /** As known after the first token. */
  readonly source: IdentitySourceName;
  /** The managed-identity endpoint asked, origin and path; null for credentials without one. */
  readonly endpoint: string | null;
}

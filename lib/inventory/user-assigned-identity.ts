/** A user-assigned identity as the identity listing of its subscription shows it. */
export interface UserAssignedIdentityReading {
  readonly id: string;
  readonly principalId: string | null;
  readonly clientId: string | null;
  readonly tenantId: string | null;
}

/** Who may sign in as a user-assigned identity without a secret: an issuer and a subject that it trusts. */
export interface FederatedCredential {
  readonly name: string;
  readonly issuer: string;
  readonly subject: string;
  readonly audiences: readonly string[];
}

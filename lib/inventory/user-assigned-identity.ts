import * as v from 'valibot';
import { type ShapeOf, text } from './shape.ts';

/** A user-assigned identity as the identity list of its subscription shows it. */
export interface UserAssignedIdentityReading {
  readonly id: string;
  readonly principalId: string | null;
  readonly clientId: string | null;
  readonly tenantId: string | null;
}

/** Who may sign in as a user-assigned identity without a secret: an issuer and a subject that it trusts. */
export const federatedCredentialShape = v.object({ name: text, issuer: text, subject: text, audiences: v.array(text) });
export type FederatedCredential = ShapeOf<typeof federatedCredentialShape>;

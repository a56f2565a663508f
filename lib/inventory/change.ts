import type { ChangeKind } from './run.ts';

/** One event between two runs. */
export interface Change {
  /** When it was found: time of the reading. */
  readonly at: string;
  /** The last complete reading before it, so that it happened between the two; null where there was none. */
  readonly notBefore: string | null;
  readonly runId: string;
  readonly kind: ChangeKind;
  /** The machine, the role assignment, the user-assigned identity, or `/subscriptions/<id>`. */
  readonly resourceId: string;
  readonly principalId: string | null;
  readonly before: Readonly<Record<string, unknown>> | null;
  readonly after: Readonly<Record<string, unknown>> | null;
}

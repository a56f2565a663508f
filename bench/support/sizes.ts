import type { TenantSize } from './azure-process.ts';

/** Sizes of the measured tenant. S is for trying out a measurement. */
export const sizes = {
  S: { subscriptions: 20, vms: 50 },
  M: { subscriptions: 200, vms: 100 },
  L: { subscriptions: 200, vms: 500 },
} as const satisfies Record<string, TenantSize>;
export type SizeName = keyof typeof sizes;

export interface BenchOptions {
  readonly sizes: readonly SizeName[];
  readonly rounds: number;
  /** Lists read in each subscription of a simulated tenant. */
  readonly lists: number;
  /** Runs of a soak test; null = as many as the row needs. */
  readonly runs: number | null;
  /** Requests of the soak test over HTTP. */
  readonly requests: number;
}

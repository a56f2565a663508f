import { type BlindSpot, type Coverage, type Kind, kinds } from '../../inventory/coverage.ts';
import type { ReportSource } from '../../inventory/report.ts';
import type { Columns } from './columns.ts';

/** A subscription of the coverage ledger, or one that should be in it. */
type CoverageRow =
  | { readonly subscription: Coverage; readonly blindSpot: null }
  | { readonly subscription: null; readonly blindSpot: BlindSpot };

/** One row per subscription, then one per blind spot. */
export const coverageColumns: Columns<CoverageRow> = {
  subscriptionId: ({ subscription, blindSpot }) => (subscription ?? blindSpot).subscriptionId,
  displayName: ({ subscription, blindSpot }) => (subscription ?? blindSpot).displayName,
  status: ({ subscription }) => subscription?.status ?? 'blindSpot',
  state: ({ subscription }) => subscription?.state ?? null,
  virtualMachineCount: ({ subscription }) => subscription?.virtualMachineCount ?? null,
  readAt: ({ subscription }) => subscription?.readAt ?? null,
  'reason.code': ({ subscription }) => subscription?.reason?.code ?? null,
  'reason.message': ({ subscription }) => subscription?.reason?.message ?? null,
  'reason.hint': ({ subscription }) => subscription?.reason?.hint ?? null,
  ...Object.fromEntries(kinds.map((kind) => [`kinds.${kind}`, statusOf(kind)])),
  since: ({ blindSpot }) => blindSpot?.since ?? null,
  source: ({ subscription, blindSpot }) => (subscription ?? blindSpot).source,
  grantCommand: ({ blindSpot }) => blindSpot?.grantCommand ?? null,
};

export function* coverageRows({ coverage, blindSpots }: ReportSource): Generator<CoverageRow> {
  for (const subscription of coverage) yield { subscription, blindSpot: null };
  for (const blindSpot of blindSpots ?? []) yield { subscription: null, blindSpot };
}

function statusOf(kind: Kind): Columns<CoverageRow>[string] {
  return ({ subscription }) => subscription?.kinds[kind]?.status ?? null;
}

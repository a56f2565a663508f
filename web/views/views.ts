import type { FunctionComponent } from 'preact';
import type { View } from '../state/address.ts';
import { Changes } from './changes/changes.tsx';
import { CoverageView } from './coverage/coverage.tsx';
import { Findings } from './findings.tsx';
import { Machines } from './machines/machines.tsx';
import { Overview } from './overview.tsx';
import { Placeholder } from './placeholder.tsx';
import { Principals } from './principals.tsx';

/** A view; `id` is that of the one thing it shows, or empty. */
export type ViewComponent = FunctionComponent<{ readonly id: string }>;

export const views: Readonly<Record<View, ViewComponent>> = {
  '': Overview,
  machines: Machines,
  principals: Principals,
  lookup: Placeholder,
  changes: Changes,
  compare: Placeholder,
  findings: Findings,
  coverage: CoverageView,
  runs: Placeholder,
  about: Placeholder,
};

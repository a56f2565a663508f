import type { FunctionComponent } from 'preact';
import type { View } from '../state/address.ts';
import { Machines } from './machines/machines.tsx';
import { Overview } from './overview.tsx';
import { Placeholder } from './placeholder.tsx';

/** A view; `id` is that of the one thing it shows, or empty. */
export type ViewComponent = FunctionComponent<{ readonly id: string }>;

export const views: Readonly<Record<View, ViewComponent>> = {
  '': Overview,
  machines: Machines,
  principals: Placeholder,
  lookup: Placeholder,
  changes: Placeholder,
  compare: Placeholder,
  findings: Placeholder,
  coverage: Placeholder,
  runs: Placeholder,
  about: Placeholder,
};

import { type FunctionComponent, h } from 'preact';
import type { View } from '../state/hash.ts';
import { About } from './about/about.tsx';
import { Changes } from './changes/changes.tsx';
import { Compare } from './compare/compare.tsx';
import { CoverageView } from './coverage/coverage.tsx';
import { Findings } from './findings.tsx';
import { Lookup } from './lookup/lookup.tsx';
import { Machine } from './machine/machine.tsx';
import { Machines } from './machines/machines.tsx';
import { Overview } from './overview.tsx';
import { Principal } from './principal/principal.tsx';
import { Principals } from './principals.tsx';
import { OneRun } from './runs/one-run.tsx';
import { Runs } from './runs/runs.tsx';

/** A view; `id` is that of the one thing it shows, or empty. */
export type ViewComponent = FunctionComponent<{ readonly id: string }>;

export const views: Readonly<Record<View, ViewComponent>> = {
  '': Overview,
  machines: oneOrAll(Machine, Machines),
  principals: oneOrAll(Principal, Principals),
  lookup: Lookup,
  changes: Changes,
  compare: Compare,
  findings: Findings,
  coverage: CoverageView,
  runs: oneOrAll(OneRun, Runs),
  about: About,
};

/** An address with an id shows that one thing, else all of them. */
function oneOrAll(One: ViewComponent, All: ViewComponent): ViewComponent {
  return ({ id }) => h(id === '' ? All : One, { id });
}

import * as v from 'valibot';
import { count, type ShapeOf, text } from './shape.ts';

/** What a list of machines can be counted by. Each is also the name of a filter. */
export const facetNames = [
  'subscriptionId',
  'location',
  'osType',
  'identityType',
  'powerState',
  'vmSize',
  'type',
  'stale',
] as const;
export type FacetName = (typeof facetNames)[number];

/** `value` is the word that the filter accepts, `label` is for people. */
const facetValueShape = v.object({ value: text, label: text, count });
export type FacetValue = ShapeOf<typeof facetValueShape>;

/** The highest counts first, then by value; null: the counts cannot be told. */
const facetShape = v.nullable(v.array(facetValueShape));

/** `count`: machines that all filters select. `facets`: only the requested ones. */
export const machineFacetsShape = v.object({
  count,
  facets: v.partial(v.object(v.entriesFromList(facetNames, facetShape))),
});
export type MachineFacets = ShapeOf<typeof machineFacetsShape>;

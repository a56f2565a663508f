import * as v from 'valibot';
import { nullableText, type ShapeOf, text } from './shape.ts';

/** What a search finds, in the order in which equally good hits are listed. */
export const searchKinds = [
  'principal',
  'virtualMachine',
  'scaleSet',
  'arc',
  'identity',
  'resourceGroup',
  'subscription',
] as const;
export type SearchKind = (typeof searchKinds)[number];

/** Something in the inventory that has the searched text in an id or a name, now or before. */
export const searchHitShape = v.object({
  kind: v.picklist(searchKinds),
  /** The principal id of a principal, else the resource id. */
  id: text,
  /** Its name. */
  label: text,
  /** Where it is, or what became of it: `rg-web in Retail, westeurope, deleted 20 Nov 2026`. */
  detail: text,
  /** Of the identity, or of the first identity of the machine; null = none, or not known. */
  principalId: nullableText,
  /** The field that has the text. */
  match: v.picklist(['principalId', 'clientId', 'vmId', 'subscriptionId', 'id', 'name', 'displayName']),
  /** The field is the text, apart from letter case. */
  exact: v.boolean(),
});
export type SearchHit = ShapeOf<typeof searchHitShape>;

/** A day as `20 Nov 2026`, in UTC. */
export function dayText(time: string): string {
  return new Date(time).toUTCString().slice(5, 16).replace(/^0/, '');
}

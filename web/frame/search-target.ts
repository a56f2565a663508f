import type { SearchHit } from '../api/types.ts';
import { viewOf } from '../pasted/pasted.ts';
import { linkTo } from '../state/address.ts';
import { lookupAddress } from '../state/looked-up.ts';
import { search } from '../state/search.ts';

/** The address of what a search has found. */
export function hashOf(hit: SearchHit): string {
  switch (hit.kind) {
    case 'principal':
      return linkTo('principals', hit.id);
    case 'virtualMachine':
    case 'scaleSet':
    case 'arc':
      return linkTo('machines', hit.id);
    case 'identity':
      return hit.principalId === null
        ? linkTo('principals', '', { contains: hit.id })
        : linkTo('principals', hit.principalId);
    case 'resourceGroup':
      return linkTo('machines', '', { subscriptionId: hit.id.split('/')[2] ?? '', resourceGroup: hit.label });
    case 'subscription':
      return linkTo('machines', '', { subscriptionId: hit.id.split('/')[2] ?? hit.id });
  }
}

/**
 * The address of pasted ids. One id opens its page, several open the lookup. An id that no run saw opens the page of
 * that principal, which says what that means.
 */
export async function hashOfIds(ids: readonly string[], signal: AbortSignal): Promise<string> {
  const [id = ''] = ids;
  if (ids.length > 1) return lookupAddress(ids);
  const { value } = await search(id, signal);
  const hit = value.find(({ exact }) => exact);
  if (hit !== undefined) return hashOf(hit);
  return linkTo(viewOf(id), id);
}

/** The address of a text: of its first hit, else the machines that contain it. */
export async function hashOfText(text: string, signal: AbortSignal): Promise<string> {
  const { value } = await search(text, signal);
  const [first] = value;
  return first === undefined ? linkTo('machines', '', { contains: text }) : hashOf(first);
}

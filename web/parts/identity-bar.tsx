import type { Summary } from '../api/types.ts';
import { linkTo } from '../state/address.ts';
import { overviewText as text } from '../text/overview.ts';

type Counts = Summary['machines']['byIdentityType'];
const order = ['systemAssigned', 'userAssigned', 'both', 'none'] as const;

/** Which identities machines have, as one bar. The words below say the same. */
export function IdentityBar({ counts }: { readonly counts: Counts }) {
  const total = order.reduce((sum, type) => sum + counts[type], 0);
  if (total === 0) return null;
  return (
    <div class="identity-bar">
      <div class="identity-bar-parts" aria-hidden="true">
        {order.map((type) => (
          <span key={type} class={`identity-part ${type}`} style={{ flexGrow: counts[type] }} />
        ))}
      </div>
      <ul>
        {order.map((type) => (
          <li key={type}>
            <span class={`identity-key ${type}`} aria-hidden="true" />
            <a href={linkTo('machines', '', { type: 'any', identityType: type })}>
              {counts[type].toLocaleString()} {text.identityType[type]}
            </a>
          </li>
        ))}
      </ul>
    </div>
  );
}

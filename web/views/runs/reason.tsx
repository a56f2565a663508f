import type { Run } from '../../api/types.ts';
import { visible } from '../../parts/name.tsx';

/** Why a run as a whole failed or is not complete, with what to do about it. */
export function Reason({ of: { reason } }: { readonly of: Pick<Run, 'reason'> }) {
  if (reason === null) return null;
  return (
    <section class="notice failed">
      <p>
        <strong>{reason.code}</strong>: {visible(reason.message)}
      </p>
      {reason.hint !== null && <p>{visible(reason.hint)}</p>}
    </section>
  );
}

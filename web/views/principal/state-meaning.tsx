import type { Change } from '../../api/types.ts';
import { Icon } from '../../parts/icon.tsx';
import { Time } from '../../parts/time.tsx';
import { linkTo } from '../../state/address.ts';
import { principalText as text } from '../../text/principal.ts';
import type { SeenPrincipal } from './seen-principal.ts';

const icons = { attached: 'complete', detached: 'out', dangling: 'incomplete', gone: 'close', unknown: 'more' };

/** The state of a principal and what it means, and the other id of an identity that was re-created. */
export function StateMeaning({
  principal: { state, principalId },
  changes,
}: {
  readonly principal: SeenPrincipal;
  readonly changes: readonly Change[];
}) {
  const recreated = changes.filter(({ kind }) => kind === 'identityRecreated');
  return (
    <div class={`state-meaning ${state}`}>
      <p>
        <Icon name={icons[state]} /> <strong>{text.states[state]}.</strong> {text.meanings[state]}
      </p>
      {recreated.map((change) => {
        const [before, after] = [idIn(change.before), idIn(change.after)];
        const isOld = before?.toLowerCase() === principalId.toLowerCase();
        const otherId = isOld ? after : before;
        if (otherId === null) return null;
        return (
          <p key={`${change.at} ${change.resourceId}`}>
            {isOld ? text.recreatedAs : text.recreatedFrom}{' '}
            <a href={linkTo('principals', otherId)}>
              <code>{otherId}</code>
            </a>{' '}
            (<Time at={change.at} />
            ). {text.recreatedMeans}
          </p>
        );
      })}
    </div>
  );
}

function idIn(fields: Change['before']): string | null {
  const id = fields?.principalId;
  return typeof id === 'string' ? id : null;
}

import type { PrincipalOrLive } from '../../api/types.ts';
import { accessText as text } from '../../text/parts/access.ts';
import { Icon } from '../icon.tsx';

/** What was not read of the ways to a role. It stands wherever roles do. */
export function AccessCoverageNote({ of }: { readonly of: PrincipalOrLive['accessCoverage'] }) {
  const { direct, groups, dataActions } = of;
  return (
    <p class="access-coverage">
      <Icon name={direct === 'complete' ? 'role' : 'incomplete'} /> {text.directCoverage[direct]}{' '}
      {groups === 'notRead' ? text.groupsNotRead : text.groupsRead(groups.subscriptionsRead, groups.subscriptionsAsked)}
      {dataActions === 'notRead' && ` ${text.dataActionsNotRead}`}
    </p>
  );
}

import { Id } from '../../parts/copy-button.tsx';
import { Icon } from '../../parts/icon.tsx';
import { Time } from '../../parts/time.tsx';
import { portalAddress } from '../../state/portal.ts';
import { principalText as text } from '../../text/principal.ts';
import type { SeenPrincipal } from './seen-principal.ts';

/** The ids of a principal, each with its name and a copy button. */
export function IdentityFacts({
  principal: { principalId, clientId, identityId, tenantId, firstSeen, lastSeen },
  askedId,
}: {
  readonly principal: SeenPrincipal;
  readonly askedId: string;
}) {
  return (
    <>
      <h2 class="unseen">{text.ids}</h2>
      {askedId.toLowerCase() === clientId?.toLowerCase() && <p class="notice">{text.byClientId}</p>}
      <dl class="facts">
        <div>
          <dt>{text.principalId}</dt>
          <dd>
            <Id label={`${text.copy} ${text.principalId}`}>{principalId}</Id>
          </dd>
        </div>
        <div>
          <dt>{text.clientId}</dt>
          <dd>
            {clientId === null ? (
              <span class="faint">{text.noClientId}</span>
            ) : (
              <Id label={`${text.copy} ${text.clientId}`}>{clientId}</Id>
            )}
          </dd>
        </div>
        {identityId !== null && (
          <div class="wide">
            <dt>{text.identityId}</dt>
            <dd>
              <Id label={`${text.copy} ${text.identityId}`}>{identityId}</Id>
              <a href={portalAddress(identityId, tenantId)} target="_blank" rel="noreferrer">
                {text.portal} <Icon name="out" />
              </a>
            </dd>
          </div>
        )}
        {tenantId !== null && (
          <div>
            <dt>{text.tenantId}</dt>
            <dd>
              <Id label={`${text.copy} ${text.tenantId}`}>{tenantId}</Id>
            </dd>
          </div>
        )}
        <div>
          <dt>{text.firstSeen}</dt>
          <dd>
            <Time at={firstSeen} />
          </dd>
        </div>
        <div>
          <dt>{text.lastSeen}</dt>
          <dd>
            <Time at={lastSeen} /> (<Time at={lastSeen} relative />)
          </dd>
        </div>
      </dl>
    </>
  );
}

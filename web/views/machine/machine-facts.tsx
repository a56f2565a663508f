import type { Change, VirtualMachineById } from '../../api/types.ts';
import { Id } from '../../parts/copy-button.tsx';
import { Fact } from '../../parts/fact.tsx';
import { Icon } from '../../parts/icon.tsx';
import { lastSegment, Name } from '../../parts/name.tsx';
import { Time } from '../../parts/time.tsx';
import { linkTo } from '../../state/address.ts';
import { portalAddress } from '../../state/portal.ts';
import { machineText as text } from '../../text/machine.ts';

/** What became of a machine, where it is more than that it exists. */
export function MachineState({
  machine: { deletedAt, movedTo, stale, lastSeen },
  changes,
}: {
  readonly machine: VirtualMachineById;
  readonly changes: readonly Change[];
}) {
  const moves = changes.filter(({ kind }) => kind === 'virtualMachineMoved');
  const recreations = changes.filter(({ kind }) => kind === 'virtualMachineRecreated');
  const isMoved = movedTo !== undefined;
  if (!isMoved && deletedAt === null && !stale && moves.length === 0 && recreations.length === 0) return null;
  const state = isMoved ? 'moved' : deletedAt !== null ? 'gone' : stale ? 'stale' : '';
  return (
    <div class={`state-meaning ${state}`}>
      {isMoved && (
        <p>
          <Icon name="out" /> <strong>{text.movedTo}</strong> {text.movedToMeans} <MachineLink id={movedTo} />.
        </p>
      )}
      {!isMoved && deletedAt !== null && (
        <p>
          <Icon name="close" /> <strong>{text.deleted}</strong> {text.deletedMeans} <Time at={deletedAt} />.
        </p>
      )}
      {stale && deletedAt === null && (
        <p>
          <Icon name="incomplete" /> <strong>{text.stale}</strong> {text.staleMeans} <Time at={lastSeen} />.
        </p>
      )}
      {!isMoved &&
        moves.map(({ at, before }) => (
          <p key={at}>
            {text.movedFrom} <code>{typeof before?.id === 'string' ? <Name>{before.id}</Name> : null}</code> (
            <Time at={at} />
            ).
          </p>
        ))}
      {recreations.map(({ at }) => (
        <p key={at}>
          {text.recreated} <Time at={at} />.
        </p>
      ))}
    </div>
  );
}

function MachineLink({ id }: { readonly id: string }) {
  return (
    <a href={linkTo('machines', id)}>
      <code>
        <Name>{id}</Name>
      </code>
    </a>
  );
}

/** @param tenantId of the machine's identities */
export function MachineFacts({
  machine,
  tenantId,
}: {
  readonly machine: VirtualMachineById;
  readonly tenantId: string | null;
}) {
  const { id, vmId, zones, timeCreated, scaleSetId, instanceCount, firstSeen, lastSeen } = machine;
  const { facts } = text;
  const plain = (['vmSize', 'osType', 'powerState', 'location', 'priority', 'provisioningState'] as const).flatMap(
    (name) => (machine[name] === null || machine[name] === '' ? [] : [[name, machine[name]] as const]),
  );
  return (
    <>
      <h2>{text.about}</h2>
      <dl class="facts">
        <Fact label={text.id} wide>
          <Id label={`${text.copy} ${text.id}`}>{id}</Id>
          <a href={portalAddress(id, tenantId)} target="_blank" rel="noreferrer">
            {text.portal} <Icon name="out" />
          </a>
        </Fact>
        {vmId !== null && (
          <Fact label={facts.vmId}>
            <Id label={`${text.copy} ${facts.vmId}`}>{vmId}</Id>
          </Fact>
        )}
        {plain.map(([name, value]) => (
          <Fact key={name} label={facts[name]}>
            <Name>{value.replace('PowerState/', '')}</Name>
          </Fact>
        ))}
        {zones.length > 0 && <Fact label={facts.zones}>{zones.join(', ')}</Fact>}
        {instanceCount !== undefined && <Fact label={facts.instanceCount}>{instanceCount.toLocaleString()}</Fact>}
        {scaleSetId !== null && (
          <Fact label={facts.scaleSetId}>
            <a href={linkTo('machines', scaleSetId)}>
              <Name>{lastSegment(scaleSetId)}</Name>
            </a>
          </Fact>
        )}
        {timeCreated !== null && (
          <Fact label={facts.timeCreated}>
            <Time at={timeCreated} />
          </Fact>
        )}
        <Fact label={facts.firstSeen}>
          <Time at={firstSeen} />
        </Fact>
        <Fact label={facts.lastSeen}>
          <Time at={lastSeen} /> (<Time at={lastSeen} relative />)
        </Fact>
      </dl>
    </>
  );
}

/** Each tag is a link to the machines that have it. */
export function Tags({ of }: { readonly of: VirtualMachineById['tags'] }) {
  const all = Object.entries(of);
  return (
    <>
      <h2>{text.tags}</h2>
      {all.length === 0 && <p class="hint">{text.noTags}</p>}
      <ul class="tags" aria-label={text.tags}>
        {all.map(([name, value]) => (
          <li key={name}>
            <a href={linkTo('machines', '', { type: 'any', tag: `${name}=${value}` })}>
              <Name>{name}</Name> = <Name>{value}</Name>
            </a>
          </li>
        ))}
      </ul>
    </>
  );
}

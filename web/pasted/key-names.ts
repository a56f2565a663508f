/**
 * What the name before an id says about it: the lower, the more surely it is the id that the record is about.
 * `anything` has no telling name. `vmId` and `other` (tenants, correlations, …) count where there is nothing better.
 */
export const rank = {
  servicePrincipalId: 0,
  principalId: 1,
  objectId: 2,
  oid: 3,
  xmsMirid: 4,
  appId: 5,
  clientId: 6,
  resourceId: 7,
  anything: 8,
  vmId: 9,
  other: 10,
} as const;
export type Rank = (typeof rank)[keyof typeof rank];

/** What logs put before the name of the caller's id: `identity_claim_oid_g`, `RequesterObjectId`, `AZURE_CLIENT_ID`. */
const ofTheCaller =
  '(?:azure|requester|caller|actor|serviceprincipal|sp|msi|(?:managed|(?:user|system)?assigned)?identity(?:claim.*)?)?';
const others =
  'tenant|subscription|correlation|request|operation|session|trace|activity|event|invocation|roledefinition|' +
  'roleassignment|token|credential|resource|target|user|device|key';
const names: readonly (readonly [RegExp, Rank])[] = [
  [nameOf('serviceprincipalids?'), rank.servicePrincipalId],
  [nameOf('principalids?'), rank.principalId],
  [nameOf('objectids?|objectidentifier'), rank.objectId],
  [/^caller$/, rank.objectId],
  [nameOf('oid'), rank.oid],
  [nameOf('xmsmirid|mirid'), rank.xmsMirid],
  [nameOf('appids?|applicationids?'), rank.appId],
  [nameOf('clientids?'), rank.clientId],
  [/^(?:|azure|vm|associated|msi)(?:id|resourceid|resourceuri)$/, rank.resourceId],
  [/^(?:azure)?vmid$/, rank.vmId],
  [new RegExp(`(?:${others})(?:data)?id(?:entifier)?$`), rank.other],
  [/^(?:resource|target)/, rank.other],
  [/^(?:tid|sid|uti|rh|jti|nonce)$/, rank.other],
];

function nameOf(words: string): RegExp {
  return new RegExp(`^${ofTheCaller}(?:${words})$`);
}

/** Ranks a name in any spelling: `ServicePrincipalId`, `Service principal ID`, `identity_claim_oid_g`. */
export function rankOf(name: string): Rank {
  const last = name.split(/[./:]/).at(-1) ?? '';
  const plain = last
    .toLowerCase()
    .replace(/_[gs]$|\s*[([].*?[)\]]/g, '')
    .replace(/[^\p{L}\p{N}]/gu, '');
  return names.find(([pattern]) => pattern.test(plain))?.[1] ?? rank.anything;
}

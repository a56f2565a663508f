/**
 * The oldest version of each type of resource whose answers say all that the inventory keeps. The newest is the one
 * that a request asks for.
 * @see https://github.com/Azure/azure-rest-api-specs
 */
const oldestVersions: ReadonlyMap<string, string> = new Map([
  ['subscriptions', '2014-04-01'],
  // The first with user-assigned identities of machines.
  ['microsoft.compute/virtualmachines', '2017-12-01'],
  ['microsoft.compute/virtualmachinescalesets', '2017-12-01'],
  // The first with `statusOnly`; older ones ignore it and send no power states.
  ['microsoft.compute/virtualmachines?statusonly', '2019-07-01'],
  ['microsoft.hybridcompute/machines', '2019-12-12'],
  ['microsoft.managedidentity/userassignedidentities', '2015-08-31-preview'],
  ['microsoft.managedidentity/userassignedidentities/federatedidentitycredentials', '2018-11-30'],
  ['microsoft.managedidentity/identities', '2015-08-31-preview'],
  ['microsoft.authorization/permissions', '2015-07-01'],
  ['microsoft.authorization/roleassignments', '2015-07-01'],
  ['microsoft.authorization/roledefinitions', '2015-07-01'],
  ['microsoft.management/managementgroups/descendants', '2020-02-01'],
]);

/**
 * The type of resource that a URL asks for, in lower case: `microsoft.compute/virtualmachines`, or `subscriptions` for
 * Resource Manager's own.
 */
export function requestedType({ pathname, searchParams }: URL): string {
  const provider = /^.*\/providers\/(.+)/.exec(pathname.toLowerCase())?.[1];
  const [namespace = '', ...rest] = (provider ?? 'subscriptions').split('/');
  const type = [namespace, ...rest.filter((_segment, index) => index % 2 === 0)].join('/');
  return searchParams.has('statusOnly') ? `${type}?statusonly` : type;
}

/**
 * The newest of a cloud's versions that is understood. A preview comes after all that are stable.
 * @param type see {@link requestedType}
 * @param named what the cloud has
 * @param newest the version that was written for
 * @param refused not again
 * @returns null if there is none
 */
export function newestUnderstood(
  type: string,
  named: readonly string[],
  newest: string,
  refused: string,
): string | null {
  const oldest = oldestVersions.get(type) ?? newest;
  const usable = named.filter(
    (version) =>
      /^\d{4}-\d\d-\d\d(-preview)?$/.test(version) && version >= oldest && version <= newest && version !== refused,
  );
  const stable = usable.filter((version) => !version.endsWith('-preview'));
  return (stable.length > 0 ? stable : usable).toSorted().at(-1) ?? null;
}

/**
 * The versions that the refusal of a version names, in Azure's order; none if it names none.
 * `The supported api-versions are '2020-06-01, 2019-12-01'. The supported locations are …`
 */
export function namedVersions(message: string): readonly string[] {
  const list = /supported (?:api[- ])?versions?\b(.*)/is.exec(message)?.[1] ?? '';
  return list.split(/\.(?:\s|$)/)[0]?.match(/\b\d{4}-\d\d-\d\d(?:-\w+)?/g) ?? [];
}

/** Codes with which clouds refuse a version. */
const versionRefusals: ReadonlySet<string> = new Set([
  'InvalidApiVersionParameter',
  'NoRegisteredProviderFound',
  'InvalidResourceType',
]);

export function isVersionRefusal(code: string | null): boolean {
  return code !== null && versionRefusals.has(code);
}

/** Whether a refusal says that the cloud, or the subscription, has no resource of the requested type. */
export function isTypeMissing({ code, message }: { readonly code: string; readonly message: string }): boolean {
  if (code === 'MissingSubscriptionRegistration' || code === 'InvalidResourceNamespace') return true;
  return (
    (code === 'NoRegisteredProviderFound' || code === 'InvalidResourceType') && namedVersions(message).length === 0
  );
}

import { refusals } from './arm-errors.ts';
import type { CloudRoutes, Route } from './router.ts';

/**
 * Versions of Resource Manager itself on Azure Stack Hub.
 * @see https://github.com/microsoft/azure-pipelines-extensions/issues/929
 */
const managerVersions = [
  ...['2018-09-01', '2018-08-01', '2018-07-01', '2018-06-01', '2018-05-01', '2018-02-01', '2018-01-01', '2017-12-01'],
  ...['2017-08-01', '2017-06-01', '2017-05-10', '2017-05-01', '2017-03-01', '2016-09-01', '2016-07-01', '2016-06-01'],
  ...['2016-02-01', '2015-11-01', '2015-01-01', '2014-04-01-preview', '2014-04-01', '2014-01-01', '2013-03-01'],
];

/**
 * Providers of Azure Stack Hub (profile 2020-09-01-hybrid). It has no Azure Arc, no user-assigned identities and no
 * management groups.
 * @see https://learn.microsoft.com/azure-stack/user/azure-stack-profiles-azure-resource-manager-versions
 */
const providers: Readonly<Record<string, readonly string[]>> = {
  'Microsoft.Compute': [
    '2020-06-01',
    '2019-12-01',
    '2019-07-01',
    '2017-12-01',
    '2017-03-30',
    '2016-03-30',
    '2015-06-15',
  ],
  'Microsoft.Authorization': ['2015-07-01'],
};

/** The routes that Azure Stack Hub has of Azure's, with its own versions. */
function onAzureStack(routes: readonly Route[]): readonly Route[] {
  return routes.flatMap((route) => {
    const namespace = namespaceOf(route.path);
    const apiVersions = namespace === undefined ? managerVersions : providers[namespace];
    return apiVersions === undefined ? [] : [{ ...route, apiVersions }];
  });
}

/**
 * Resource Manager of Azure Stack Hub. It does not find a provider's type in a version that it does not have.
 * @see https://github.com/Azure/azure-cli/issues/5614
 */
export function azureStackCloud(routes: readonly Route[]): CloudRoutes {
  return {
    routes: onAzureStack(routes),
    hasNamespace: (namespace) => Object.keys(providers).some((each) => each.toLowerCase() === namespace.toLowerCase()),
    refuseVersion({ path, apiVersions }, version) {
      const namespace = namespaceOf(path);
      if (namespace === undefined) return refusals.invalidApiVersion(version, apiVersions);
      const type = path.split(`/${namespace}/`).at(-1)?.split('/')[0] ?? '';
      return refusals.invalidType(type, namespace, version, apiVersions);
    },
  };
}

/** undefined = Resource Manager itself. */
function namespaceOf(path: string): string | undefined {
  return /.*\/providers\/([^/]+)/.exec(path)?.[1];
}

/** The portal of each cloud. @see https://learn.microsoft.com/azure/azure-government/compare-azure-government-global-azure */
const portals: Readonly<Record<string, string>> = {
  AzureCloud: 'https://portal.azure.com',
  AzureUSGovernment: 'https://portal.azure.us',
  AzureChinaCloud: 'https://portal.azure.cn',
};

/** The address of a resource in the portal of the app's cloud. */
export function portalAddress(resourceId: string, tenantId: string | null): string {
  const portal = portals[document.documentElement.dataset.cloud ?? ''] ?? portals.AzureCloud;
  const path = resourceId.split('/').map(encodeURIComponent).join('/');
  return `${portal}/#${tenantId === null ? '' : `@${encodeURIComponent(tenantId)}/`}resource${path}`;
}

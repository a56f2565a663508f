import type { CloudName, Settings } from '../settings.ts';

/** One Azure cloud: where Resource Manager is, whom its tokens are for, and who issues them. */
export interface Cloud {
  readonly name: CloudName;
  /** Origin without a slash at the end. */
  readonly resourceManagerEndpoint: string;
  /** What a token must be issued for, without a slash at the end. */
  readonly audience: string;
  /** Origin of Microsoft Entra ID in this cloud, without a slash at the end. */
  readonly authorityHost: string;
}

/**
 * Endpoints by cloud. An audience is not always the endpoint's origin: it stays the cloud's own when only the endpoint is overridden (a proxy, a test).
 * @see https://learn.microsoft.com/azure/azure-government/compare-azure-government-global-azure
 * @see https://learn.microsoft.com/azure/china/resources-developer-guide
 */
const clouds: Readonly<Record<CloudName, Cloud>> = {
  AzureCloud: {
    name: 'AzureCloud',
    resourceManagerEndpoint: 'https://management.azure.com',
    audience: 'https://management.azure.com',
    authorityHost: 'https://login.microsoftonline.com',
  },
  AzureUSGovernment: {
    name: 'AzureUSGovernment',
    resourceManagerEndpoint: 'https://management.usgovcloudapi.net',
    audience: 'https://management.usgovcloudapi.net',
    authorityHost: 'https://login.microsoftonline.us',
  },
  AzureChinaCloud: {
    name: 'AzureChinaCloud',
    resourceManagerEndpoint: 'https://management.chinacloudapi.cn',
    audience: 'https://management.chinacloudapi.cn',
    authorityHost: 'https://login.chinacloudapi.cn',
  },
};

/** The cloud that the settings name, with their endpoint and audience where they override them. */
export function cloudOf(
  settings: Pick<Settings, 'cloud' | 'resourceManagerEndpoint' | 'resourceManagerAudience'>,
): Cloud {
  const cloud = clouds[settings.cloud];
  return {
    ...cloud,
    resourceManagerEndpoint: settings.resourceManagerEndpoint ?? cloud.resourceManagerEndpoint,
    audience: settings.resourceManagerAudience?.replace(/\/+$/, '') ?? cloud.audience,
  };
}

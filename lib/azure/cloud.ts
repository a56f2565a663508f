import type { CloudName, Settings } from '../settings.ts';

/** One Azure cloud: its Resource Manager, the audience of tokens for it, and their issuer. */
export interface Cloud {
  readonly name: CloudName;
  /** Origin, without a trailing slash. */
  readonly resourceManagerEndpoint: string;
  /** The audience of tokens, without a trailing slash. */
  readonly audience: string;
  /** Origin of Microsoft Entra ID in this cloud, without a trailing slash. */
  readonly authorityHost: string;
}

/**
 * Endpoints by cloud. The audience is separate: when only the endpoint is overridden (a proxy, a test), it stays the cloud's.
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

/** The cloud that the settings name, with the endpoint and the audience that they override. */
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

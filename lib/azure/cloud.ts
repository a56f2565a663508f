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
 * Resource Manager, which is also the audience of its tokens, and Microsoft Entra ID of each cloud.
 * @see https://learn.microsoft.com/azure/azure-government/compare-azure-government-global-azure
 * @see https://learn.microsoft.com/azure/china/resources-developer-guide
 */
const clouds: Readonly<Record<CloudName, readonly [resourceManager: string, authorityHost: string]>> = {
  AzureCloud: ['https://management.azure.com', 'https://login.microsoftonline.com'],
  AzureUSGovernment: ['https://management.usgovcloudapi.net', 'https://login.microsoftonline.us'],
  AzureChinaCloud: ['https://management.chinacloudapi.cn', 'https://login.chinacloudapi.cn'],
};

/**
 * The cloud that the settings name, with the endpoint, audience and authority that they override. If only the endpoint is
 * overridden (a proxy, a test), the audience stays the cloud's.
 */
export function cloudOf(
  settings: Pick<Settings, 'cloud' | 'resourceManagerEndpoint' | 'resourceManagerAudience' | 'authorityHost'>,
): Cloud {
  const [resourceManager, authorityHost] = clouds[settings.cloud];
  return {
    name: settings.cloud,
    resourceManagerEndpoint: settings.resourceManagerEndpoint ?? resourceManager,
    audience: settings.resourceManagerAudience?.replace(/(?<!\/)\/+$/, '') ?? resourceManager,
    authorityHost: settings.authorityHost ?? authorityHost,
  };
}

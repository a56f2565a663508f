/** Where the host's managed identity comes from. */
export type IdentitySource = 'AppService' | 'IMDS' | 'CloudShell';

export interface LocalAddresses {
  readonly endpoint: string;
  readonly identityEndpoint: string;
  readonly identityHeader: string;
  readonly caFile: string;
}

/** The environment in which @azure/identity and the app's settings lead here. For a process of its own: both keep it for good. */
export function localEnvironment(addresses: LocalAddresses, source: IdentitySource): Record<string, string> {
  return {
    ...identityVariables(addresses, source),
    AZURE_RESOURCE_MANAGER_ENDPOINT: addresses.endpoint,
    AZURE_RESOURCE_MANAGER_AUDIENCE: 'https://management.azure.com',
    NODE_EXTRA_CA_CERTS: addresses.caFile,
  };
}

function identityVariables(addresses: LocalAddresses, source: IdentitySource): Record<string, string> {
  switch (source) {
    case 'AppService':
      return {
        IDENTITY_ENDPOINT: `${addresses.identityEndpoint}/msi/token`,
        IDENTITY_HEADER: addresses.identityHeader,
      };
    case 'IMDS':
      return { AZURE_POD_IDENTITY_AUTHORITY_HOST: addresses.identityEndpoint };
    case 'CloudShell':
      return { MSI_ENDPOINT: `${addresses.identityEndpoint}/oauth2/token` };
  }
}

/** The parts of the address of a Blob container. */
export interface ContainerUrl {
  /** The whole address, without a slash at the end. */
  readonly url: string;
  /** The account: origin, and for an emulator the account's name. */
  readonly service: string;
  readonly container: string;
}

/**
 * Hosts of storage accounts, by cloud. The app sends a token to these hosts only: a storage token opens every account
 * that the identity may read, so any other host that received it could use it.
 * @see https://learn.microsoft.com/azure/storage/common/storage-account-overview#storage-account-endpoints
 */
const accountHosts = {
  AzureCloud: /^[a-z0-9.-]+\.blob\.(core\.windows\.net|storage\.azure\.net)$/,
  AzureUSGovernment: /^[a-z0-9.-]+\.blob\.core\.usgovcloudapi\.net$/,
  AzureChinaCloud: /^[a-z0-9.-]+\.blob\.core\.chinacloudapi\.cn$/,
} as const;

/** Emulators have the account's name in the path, and need no https. */
const thisMachine = /^(127\.0\.0\.1|\[::1\]|localhost)$/;

/** https://learn.microsoft.com/rest/api/storageservices/naming-and-referencing-containers--blobs--and-metadata#container-names */
const containerName = /^[a-z0-9$][a-z0-9-]{2,62}$/;

/** For messages: the form that {@link readContainerUrl} accepts. */
export const containerUrlForm: Readonly<Record<keyof typeof accountHosts, string>> = {
  AzureCloud: 'https://ACCOUNT.blob.core.windows.net/CONTAINER',
  AzureUSGovernment: 'https://ACCOUNT.blob.core.usgovcloudapi.net/CONTAINER',
  AzureChinaCloud: 'https://ACCOUNT.blob.core.chinacloudapi.cn/CONTAINER',
};

/** Whether a text is an address without signature or password, whose path can be decoded. */
export function isPlainUrl(text: string): boolean {
  const address = URL.parse(text);
  if (address === null || /[?#]/.test(text) || address.username !== '' || address.password !== '') return false;
  try {
    decodeURIComponent(address.pathname);
    return true;
  } catch {
    return false;
  }
}

/** @returns null unless the text is the address of a container in this cloud or here, without signature or password */
export function readContainerUrl(text: string, cloud: keyof typeof accountHosts): ContainerUrl | null {
  const address = isPlainUrl(text) ? URL.parse(text) : null;
  if (address === null) return null;
  const { protocol, hostname, origin } = address;
  const names = address.pathname.split('/').filter((name) => name !== '');
  const container = names.at(-1) ?? '';
  const isHere = thisMachine.test(hostname);
  const secure = protocol === 'https:' || (protocol === 'http:' && isHere);
  const known = isHere ? names.length <= 2 : names.length === 1 && accountHosts[cloud].test(hostname);
  if (!secure || !known || !containerName.test(container)) return null;
  const service = [origin, ...names.slice(0, -1)].join('/');
  return { url: `${service}/${container}`, service, container };
}

/**
 * The name of a storage account by the address of its Blob service. It is the first part of the host, up to a hyphen:
 * `NAME.blob.…`, in a DNS zone `NAME.z17.blob.…`, behind a private link `NAME.privatelink.blob.…`, of the second region
 * `NAME-secondary.blob.…`. Emulators have it in the path.
 * @returns null for a custom domain, which does not contain it
 * @see https://learn.microsoft.com/azure/storage/common/storage-account-overview#azure-dns-zone-endpoints-preview
 */
export function accountNameOf(service: string): string | null {
  const { hostname, pathname } = new URL(service);
  const [first = '', ...zones] = hostname.split('.');
  return (zones.includes('blob') ? first.split('-')[0] : pathname.split('/')[1]) || null;
}

/** An address that is safe to show: the text after `?` may be a signature, the text before `@` a password. */
export function shownUrl(text: string): string {
  return text.replace(/[?#].*$/s, '').replace(/^(https?:\/\/)?.*@/s, '$1');
}

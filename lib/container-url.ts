/** The address of a container of Blob storage, taken apart. */
export interface ContainerUrl {
  /** Whole, without a slash at the end. */
  readonly url: string;
  /** Of the account: origin, and for an emulator the account's name. */
  readonly service: string;
  readonly container: string;
}

/**
 * Where storage accounts are, by cloud. An identity's token goes nowhere else: a token for storage opens every account that the
 * identity may read, so that a host of somebody else's could use it.
 * @see https://learn.microsoft.com/azure/storage/common/storage-account-overview#storage-account-endpoints
 */
const accountHosts = {
  AzureCloud: /^[a-z0-9.-]+\.blob\.(core\.windows\.net|storage\.azure\.net)$/,
  AzureUSGovernment: /^[a-z0-9.-]+\.blob\.core\.usgovcloudapi\.net$/,
  AzureChinaCloud: /^[a-z0-9.-]+\.blob\.core\.chinacloudapi\.cn$/,
} as const;

/** Emulators: they have the account's name in their path, and may do without https. */
const thisMachine = /^(127\.0\.0\.1|\[::1\]|localhost)$/;

/** https://learn.microsoft.com/rest/api/storageservices/naming-and-referencing-containers--blobs--and-metadata#container-names */
const containerName = /^[a-z0-9$][a-z0-9-]{2,62}$/;

/** For messages: what {@link readContainerUrl} takes. */
export const containerUrlForm: Readonly<Record<keyof typeof accountHosts, string>> = {
  AzureCloud: 'https://ACCOUNT.blob.core.windows.net/CONTAINER',
  AzureUSGovernment: 'https://ACCOUNT.blob.core.usgovcloudapi.net/CONTAINER',
  AzureChinaCloud: 'https://ACCOUNT.blob.core.chinacloudapi.cn/CONTAINER',
};

/** @returns null for anything but the address of a container in this cloud, or on this machine, without a signature or a password */
export function readContainerUrl(text: string, cloud: keyof typeof accountHosts): ContainerUrl | null {
  const address = URL.parse(text);
  if (address === null || /[?#]/.test(text) || address.username !== '' || address.password !== '') return null;
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

/** An address as it may be shown: what follows a question mark can be a signature, what precedes an `@` a password. */
export function shownUrl(text: string): string {
  return text.replace(/[?#].*$/s, '').replace(/^(https?:\/\/)?.*@/s, '$1');
}

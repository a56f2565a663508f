import { randomUUID } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { generate } from 'selfsigned';

export interface LocalCertificate {
  /** PEM. Clients must trust it. */
  readonly certificate: string;
  readonly privateKey: string;
  /** File with the certificate, for NODE_EXTRA_CA_CERTS. */
  readonly caFile: string;
  remove(): Promise<void>;
}

/** One pair per process, because a process reads the certificates that it trusts only once. */
let pair: ReturnType<typeof generatePair> | null = null;

/** A certificate for localhost and 127.0.0.1, new in each process, valid for a week. Its key stays in memory. */
export async function createCertificate(): Promise<LocalCertificate> {
  pair ??= generatePair();
  const pem = await pair;
  const directory = await mkdtemp(join(tmpdir(), 'local-azure-'));
  const caFile = join(directory, 'ca.pem');
  await writeFile(caFile, pem.cert);
  return {
    certificate: pem.cert,
    privateKey: pem.private,
    caFile,
    remove: () => rm(directory, { recursive: true, force: true }),
  };
}

function generatePair() {
  // A name of its own: of two trusted certificates with one name, OpenSSL may try the wrong one.
  return generate([{ name: 'commonName', value: `localhost ${randomUUID()}` }], {
    keyType: 'ec',
    curve: 'P-256',
    algorithm: 'sha256',
    notBeforeDate: new Date(Date.now() - 60_000),
    notAfterDate: new Date(Date.now() + 7 * 86_400_000),
    extensions: [
      { name: 'basicConstraints', cA: true, critical: true },
      { name: 'keyUsage', digitalSignature: true, keyCertSign: true, critical: true },
      { name: 'extKeyUsage', serverAuth: true },
      {
        name: 'subjectAltName',
        altNames: [
          { type: 2, value: 'localhost' },
          { type: 7, ip: '127.0.0.1' },
        ],
      },
    ],
  });
}

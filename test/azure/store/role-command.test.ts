import { ContainerClient } from '@azure/storage-blob';
import { expect, test } from 'vitest';
import { type Container, containerAt, dataRole, readerRole } from '../../../lib/azure/store/container.ts';
import { roleCommand } from '../../../lib/azure/store/storage-error.ts';
import { createTokenSource } from '../../../lib/azure/token-source.ts';
import { readSettings } from '../../../lib/settings.ts';
import { bashWords } from '../../support/bash-words.ts';
import { guid } from '../../support/readings.ts';

const settings = readSettings({});

function container(name: string, more: Partial<Container> = {}): Container {
  const url = `https://account1.blob.core.windows.net/${name}`;
  const opened = containerAt(url, settings, createTokenSource(settings, {}), readerRole);
  const claims = { principalId: guid(7), identityType: 'user' };
  return { ...opened, sent: () => claims as ReturnType<Container['sent']>, ...more };
}

test.each(['inventory', '$root', '$web'])(
  'bash splits the command that grants a role on container %s into its words',
  (name) => {
    const words = bashWords([roleCommand(container(name))]);

    // The stand-in for az prints its words, one a line, so the look-up of the account's id takes several.
    const [lookUp = [], ...rest] = words;
    expect(words).toHaveLength(1);
    expect(rest).toEqual([]);
    expect(lookUp.slice(0, 11)).toEqual([
      'az',
      'role',
      'assignment',
      'create',
      '--assignee-object-id',
      guid(7),
      '--assignee-principal-type',
      'User',
      '--role',
      readerRole,
      '--scope',
    ]);
    expect(lookUp.slice(11)).toEqual([
      'az',
      'storage',
      'account',
      'show',
      '--name',
      'account1',
      '--query',
      'id',
      '--output',
      `tsv/blobServices/default/containers/${name}`,
    ]);
  },
);

test.each(['a;touch x', '$(touch x)', 'A B', ''])("An account with the name '%s' gives no command", (account) => {
  const client = new ContainerClient('https://account1.blob.core.windows.net/inventory');

  expect(roleCommand(container('inventory', { account, client, role: dataRole }))).toMatch(/^No command is shown: /);
});

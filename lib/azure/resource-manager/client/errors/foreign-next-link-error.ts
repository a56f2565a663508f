import { InventoryError } from '../../../../errors.ts';

/** A list went on at another origin. Nothing was sent there: the token is for Resource Manager only. */
export class ForeignNextLinkError extends InventoryError {
  override readonly name = 'ForeignNextLinkError';
  constructor(path: string, foreignOrigin: string, origin: string) {
    super('ForeignNextLink', `The list ${path} goes on at ${foreignOrigin}, not at ${origin}; it was not followed`, {
      hint: 'If a proxy stands before Resource Manager, it must rewrite nextLink to its own address (AZURE_RESOURCE_MANAGER_ENDPOINT)',
    });
  }
}

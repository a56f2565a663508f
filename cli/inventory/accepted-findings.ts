import type { AcceptedFinding } from '../../lib/inventory/finding.ts';
import type { CommandContext } from '../command.ts';

/**
 * What `INVENTORY_ACCEPTED_FINDINGS` silences. What reads it is loaded only where it is set.
 * @throws {InvalidSettingError} the file is not there, or not what it should be
 * @throws {InventoryError} the blob could not be read
 */
export async function readAccepted({
  settings,
  environment,
  signal,
}: Pick<CommandContext, 'settings' | 'environment' | 'signal'>): Promise<readonly AcceptedFinding[]> {
  if (settings.acceptedFindings === null) return [];
  const [{ readAcceptedFindings }, { createTokenSource }] = await Promise.all([
    import('../../lib/published/accepted-findings.ts'),
    import('../../lib/azure/token-source.ts'),
  ]);
  return readAcceptedFindings(settings, environment, createTokenSource(settings, environment), signal);
}

import * as v from 'valibot';
import { findingRules, severities } from '../inventory/finding.ts';
import { changeKinds } from '../inventory/run.ts';
import { asOf, guid, resourceId, trueOrFalse } from './fields.ts';

/** Range and filters of the log of changes. */
export const changeFilterEntries = {
  from: v.exactOptional(asOf),
  to: v.exactOptional(asOf),
  kind: v.exactOptional(v.picklist(changeKinds, changeKinds.join(', '))),
  subscriptionId: v.exactOptional(guid),
  resourceId: v.exactOptional(resourceId),
  principalId: v.exactOptional(guid),
};

/** Filters of the findings. */
export const findingFilterEntries = {
  rule: v.exactOptional(v.picklist(findingRules, findingRules.join(', '))),
  severity: v.exactOptional(v.picklist(severities, severities.join(', '))),
  subscriptionId: v.exactOptional(guid),
  principalId: v.exactOptional(guid),
  stale: v.exactOptional(trueOrFalse),
};

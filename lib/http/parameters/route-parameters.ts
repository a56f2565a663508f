import * as v from 'valibot';
import { coverageFields } from '../../inventory/coverage.ts';
import { facetNames } from '../../inventory/machine-facets.ts';
import { principalKinds } from '../../inventory/principal.ts';
import { reportFiles } from '../../inventory/report.ts';
import { changeKinds } from '../../inventory/run.ts';
import { machineByIdFields, virtualMachineFields } from '../../inventory/virtual-machine.ts';
import {
  changeFilterEntries,
  changesOrderBy,
  coverageFilterEntries,
  findingFilterEntries,
  machineFilterEntries,
  orderBy,
  principalFilterEntries,
} from '../../parameters/filters.ts';
import {
  asOf,
  guid,
  machineName,
  maxMachines,
  maxPageSize,
  resourceGroupName,
  runId,
  searchLimit,
  searchText,
  selection,
  skip,
  skipToken,
  trueOrFalse,
} from '../../parameters/parameter-values.ts';
import { reportQueries } from '../../parameters/report-parameters.ts';
import { changeFields, findingFields, principalFields } from '../../parameters/select.ts';
import { formats } from '../format.ts';

/** The parameters of each route. They validate requests, and the OpenAPI document describes them. */

const format = v.exactOptional(v.picklist(formats, formats.join(', ')));
/** Pages by their place; with `count`, the answer also says how many rows there are. */
const places = { skip: v.exactOptional(skip), count: v.exactOptional(trueOrFalse) };
const paging = { maxpagesize: v.exactOptional(maxPageSize), skiptoken: v.exactOptional(skipToken) };
const at = { asOf: v.exactOptional(asOf) };
const live = { live: v.exactOptional(trueOrFalse) };
const selectMachine = { select: v.exactOptional(selection(virtualMachineFields)) };
const selectPrincipal = { select: v.exactOptional(selection(principalFields)) };

export const virtualMachinesQuery = v.strictObject({
  ...machineFilterEntries,
  ...at,
  ...selectMachine,
  orderby: v.exactOptional(orderBy),
  ...paging,
  ...places,
  format,
});

/** Columns in memory, which facets are counted from, have only machines that exist. */
const existing = v.pipe(
  v.picklist(['false'], 'false'),
  v.transform(() => false),
);
export const machineFacetsQuery = v.strictObject({
  ...machineFilterEntries,
  deleted: v.exactOptional(existing),
  ...at,
  facet: v.exactOptional(selection(facetNames)),
});

const { subscriptionId: _, ...filtersInSubscription } = machineFilterEntries;
export const subscriptionVirtualMachinesQuery = v.strictObject({
  ...filtersInSubscription,
  ...at,
  ...live,
  ...selectMachine,
  orderby: v.exactOptional(orderBy),
  ...paging,
  ...places,
  format,
});

export const virtualMachineQuery = v.strictObject({
  ...at,
  ...live,
  select: v.exactOptional(selection(machineByIdFields)),
});
export const virtualMachinePath = v.object({
  subscriptionId: guid,
  resourceGroupName,
  virtualMachineName: machineName,
});
export const subscriptionPath = v.object({ subscriptionId: guid });

export const principalsQuery = v.strictObject({
  ...principalFilterEntries,
  ...at,
  ...selectPrincipal,
  ...paging,
  format,
});
const machinesOfOne = { maxmachines: v.exactOptional(maxMachines) };
export const principalQuery = v.strictObject({
  ...at,
  ...live,
  ...selectPrincipal,
  ...machinesOfOne,
  expand: v.exactOptional(v.picklist(['permissions'], 'permissions')),
});
export const principalPath = v.object({ principalId: guid });
export const lookupQuery = v.strictObject({ ...at, ...selectPrincipal, ...machinesOfOne });
export const lookupBody = v.strictObject(
  {
    ids: v.pipe(v.array(guid, 'an array of principal ids or client ids'), v.maxLength(1000, 'up to 1,000 ids')),
  },
  'an object such as {"ids":["…"]}',
);

export const changesQuery = v.strictObject({
  ...changeFilterEntries,
  select: v.exactOptional(selection(changeFields)),
  orderby: v.exactOptional(changesOrderBy),
  ...paging,
  format,
});
export const findingsQuery = v.strictObject({
  ...findingFilterEntries,
  ...at,
  select: v.exactOptional(selection(findingFields)),
  ...paging,
  format,
});

export const summaryQuery = v.strictObject(at);
export const searchQuery = v.strictObject({ q: searchText, limit: v.exactOptional(searchLimit), ...at });

export const subscriptionsQuery = v.strictObject({
  ...coverageFilterEntries,
  ...at,
  select: v.exactOptional(selection(coverageFields)),
  ...paging,
});

export const runsQuery = v.strictObject({ ...paging });
export const runPath = v.object({ runId });
export const startRunBody = v.optional(
  v.strictObject(
    {
      subscriptions: v.exactOptional(
        v.pipe(
          v.array(guid, 'an array of subscription ids'),
          v.minLength(1, 'at least one subscription id; leave it out for all'),
          v.maxLength(5000, 'up to 5,000 ids'),
        ),
      ),
    },
    'an object such as {"subscriptions":["…"]}, or no body at all',
  ),
);

export const reportPath = v.object({ file: v.picklist(reportFiles.map(({ file }) => file)) });
/** The parameters of all reports. Each report allows its own. */
export const reportQuery = v.object({
  ...reportQueries.virtualMachines.entries,
  ...reportQueries.principals.entries,
  ...reportQueries.changes.entries,
  ...reportQueries.findings.entries,
  kind: v.exactOptional(v.picklist([...principalKinds, ...changeKinds])),
});

export const databaseQuery = v.strictObject({ inline: v.exactOptional(trueOrFalse) });

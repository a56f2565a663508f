/**
 * The resource id of a user-assigned identity in the spelling that answers show: its own listing's, else the first of all
 * spellings of the run that saw it first. `resource_id` is the spelling that was read first, which differs from run to run.
 * @param identity alias of the table `identity`
 */
export const shownIdentityId = (identity: string): string => `ifnull(${identity}.shown_id, ${identity}.resource_id)`;

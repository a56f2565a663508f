/** The settings that publishing a run needs, at their defaults, without asking who changed what. */
export const runSettings = {
  ignoredTags: [],
  retentionDays: 400,
  idleDays: 30,
  sharedIdentityLimit: 10,
  excludeSubscriptions: [],
  changeAuthors: false,
};

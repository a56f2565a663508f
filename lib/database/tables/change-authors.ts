/**
 * Who caused a change. Schema version 5 added it, with a column of `run`: an older file gets both in the same way as a
 * new one.
 */
export const changeAuthorTables = `
ALTER TABLE run ADD COLUMN authors INTEGER;    -- 1 = it asked for the authors of changes; 0 = the settings said no; NULL = older

CREATE TABLE change_author (                   -- one row per change that the activity log was asked about
  seq INTEGER NOT NULL,                        -- the run that found the change
  source INTEGER NOT NULL,                     -- the rows it comes from: 1 and 2 machine_version, 3 and 4 attachment, …
  first_key ANY NOT NULL,                      -- the key of its row there
  second_key ANY NOT NULL,                     -- 0 = the key has one part
  status TEXT NOT NULL,                        -- found, notFound, notRead, expired
  author TEXT,                                 -- JSON, as \`Change.by\`; personal data
  caller_key TEXT,                             -- its caller, folded
  caller_id TEXT,                              -- its callerId, lower case
  question TEXT,                               -- JSON; NULL = settled, else the next run asks once more
  PRIMARY KEY (seq, source, first_key, second_key)
) STRICT, WITHOUT ROWID;
CREATE INDEX change_author_open ON change_author (seq) WHERE question IS NOT NULL;
`;

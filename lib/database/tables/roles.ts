/** Roles, their assignments to service principals, and in whose listing those appear. */
export const roleTables = `
CREATE TABLE role_definition (
  id INTEGER PRIMARY KEY,
  guid TEXT NOT NULL UNIQUE COLLATE NOCASE,    -- last segment of its id: the same in every listing
  resource_id TEXT NOT NULL,                   -- of all the ids that assignments gave it, the first by name
  name TEXT,                                   -- NULL = the role itself was not read
  permissions TEXT                             -- JSON [{actions, notActions, dataActions, notDataActions}]
) STRICT;

CREATE TABLE role_assignment (                 -- to service principals; what it says never changes but for the condition: then it is another row
  id INTEGER PRIMARY KEY,
  resource_id TEXT NOT NULL COLLATE NOCASE,
  scope TEXT NOT NULL COLLATE NOCASE,
  role_definition INTEGER NOT NULL REFERENCES role_definition,
  principal_id TEXT NOT NULL COLLATE NOCASE,
  condition TEXT,
  replaces INTEGER REFERENCES role_assignment  -- the same assignment before its condition (or all else) was changed
) STRICT;
CREATE INDEX role_assignment_principal ON role_assignment (principal_id);

CREATE TABLE role_assignment_seen (            -- in whose listing it appears
  assignment INTEGER NOT NULL REFERENCES role_assignment,
  subscription INTEGER NOT NULL REFERENCES subscription_key,
  valid_from INTEGER NOT NULL,
  valid_to INTEGER,
  missing_at INTEGER,                          -- a complete listing lacked it then, while other subscriptions that showed it were not read
  began_at INTEGER NOT NULL,                   -- epoch milliseconds
  not_before INTEGER,
  begin_change TEXT,                           -- roleAssigned, on one of its rows; NULL = none
  ended_at INTEGER,
  end_not_before INTEGER,
  end_change TEXT,                             -- roleRemoved (on one of its rows), roleInheritanceLost, or why else it ended
  PRIMARY KEY (assignment, subscription, valid_from)
) STRICT, WITHOUT ROWID;
CREATE INDEX role_assignment_seen_open ON role_assignment_seen (subscription) WHERE valid_to IS NULL;
CREATE INDEX role_assignment_seen_began ON role_assignment_seen (valid_from) WHERE begin_change IS NOT NULL;
CREATE INDEX role_assignment_seen_ended ON role_assignment_seen (valid_to) WHERE end_change IS NOT NULL;
`;

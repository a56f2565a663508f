/** What the listings of user-assigned identities say, and who may sign in as them. */
export const identityListingTables = `
-- What the listing of an identity's own subscription says of a user-assigned identity. No row = nobody looked.
CREATE TABLE identity_presence (
  identity INTEGER NOT NULL REFERENCES identity,
  valid_from INTEGER NOT NULL,
  valid_to INTEGER,
  present INTEGER NOT NULL,                    -- 1 listed; 0 a complete listing lacks it and a read by its id says 404
  began_at INTEGER NOT NULL,                   -- epoch milliseconds
  not_before INTEGER,
  begin_change TEXT,                           -- identityRecreated: same resource id, other principal id; NULL = none
  ended_at INTEGER,
  PRIMARY KEY (identity, valid_from)
) STRICT, WITHOUT ROWID;
CREATE INDEX identity_presence_began ON identity_presence (valid_from) WHERE begin_change IS NOT NULL;

CREATE TABLE identity_unseen (                 -- listed before, and not shown by an incomplete listing
  identity INTEGER NOT NULL REFERENCES identity,
  valid_from INTEGER NOT NULL,
  valid_to INTEGER,
  last_seen INTEGER,                           -- epoch milliseconds; NULL = known from machines, and never listed
  missing_from_list INTEGER NOT NULL,          -- 1 = a whole list lacked it (SuspiciousShrink): a second one that agrees ends it
  PRIMARY KEY (identity, valid_from)
) STRICT, WITHOUT ROWID;

CREATE TABLE federated_credential (
  identity INTEGER NOT NULL REFERENCES identity,
  name TEXT NOT NULL COLLATE NOCASE,
  valid_from INTEGER NOT NULL,
  valid_to INTEGER,
  issuer TEXT NOT NULL,
  subject TEXT NOT NULL,
  audiences TEXT NOT NULL,                     -- JSON array
  began_at INTEGER NOT NULL,                   -- epoch milliseconds
  not_before INTEGER,
  begin_change TEXT,                           -- federatedCredentialAdded; NULL = a baseline
  ended_at INTEGER,
  end_not_before INTEGER,
  end_change TEXT,                             -- federatedCredentialRemoved, or why else it ended
  PRIMARY KEY (identity, name, valid_from)
) STRICT, WITHOUT ROWID;
CREATE INDEX federated_credential_began ON federated_credential (valid_from) WHERE begin_change IS NOT NULL;
CREATE INDEX federated_credential_ended ON federated_credential (valid_to) WHERE end_change IS NOT NULL;
`;

/** Managed identities, and the machines they are on. */
export const identityTables = `
CREATE TABLE identity (
  id INTEGER PRIMARY KEY,
  kind INTEGER NOT NULL,                       -- 1 SystemAssigned, 2 UserAssigned
  resource_id TEXT COLLATE NOCASE,             -- user-assigned only
  principal_id TEXT COLLATE NOCASE,
  client_id TEXT COLLATE NOCASE,
  tenant INTEGER REFERENCES text,
  subscription INTEGER REFERENCES subscription_key,  -- of a user-assigned identity: the one in its resource id
  federated_read_at INTEGER                    -- last complete reading of its federated credentials, epoch milliseconds
) STRICT;
CREATE INDEX identity_principal ON identity (principal_id) WHERE principal_id IS NOT NULL;
CREATE INDEX identity_client ON identity (client_id) WHERE client_id IS NOT NULL;
CREATE INDEX identity_subscription ON identity (subscription) WHERE subscription IS NOT NULL;

CREATE TABLE attachment (
  machine INTEGER NOT NULL REFERENCES machine,
  identity INTEGER NOT NULL REFERENCES identity,
  valid_from INTEGER NOT NULL,
  valid_to INTEGER,
  position INTEGER NOT NULL,                   -- 0 = system-assigned, then in Azure's order
  resource_id TEXT,                            -- the identity's id where this machine spells it differently
  began_at INTEGER,                            -- NULL = machine.first_seen
  begin_change TEXT,                           -- identityAttached, identityRecreated; NULL = part of the machine's own change
  ended_at INTEGER,
  end_change TEXT,                             -- identityDetached, identityRecreated, tenantChanged, …; why it ended
  not_before INTEGER,                          -- last complete reading without it
  end_not_before INTEGER,                      -- last complete reading with it
  PRIMARY KEY (machine, identity, valid_from)
) STRICT, WITHOUT ROWID;
CREATE INDEX attachment_identity ON attachment (identity);
CREATE INDEX attachment_began ON attachment (valid_from) WHERE begin_change IS NOT NULL;
CREATE INDEX attachment_ended ON attachment (valid_to) WHERE end_change IS NOT NULL;
`;

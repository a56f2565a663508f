/**
 * Version of the tables, kept in `PRAGMA user_version`. A file with a higher one is refused, one with a lower one migrated.
 * Every table and view is documented in docs/database.md: they are a public interface.
 */
export const schemaVersion = 1;

/**
 * Temporal by row versions: valid from one `seq` up to, not including, another (`valid_to`, NULL = now).
 * Integers stand for repeated texts (`text`, `resource_group`, `subscription_key`); together with WITHOUT ROWID keys
 * and times as epoch milliseconds that is what keeps a machine under 400 bytes.
 */
export const tables = `
CREATE TABLE run (
  seq INTEGER PRIMARY KEY,
  id TEXT NOT NULL UNIQUE,
  trigger TEXT NOT NULL,                       -- timer, http, cli
  scope TEXT,                                  -- JSON array of subscription ids; NULL = all
  started_at TEXT NOT NULL,
  finished_at TEXT NOT NULL,
  status TEXT NOT NULL,
  complete INTEGER NOT NULL,
  reason TEXT,                                 -- JSON {code, message, hint}
  virtual_machine_count INTEGER NOT NULL,      -- open machines after this run
  principal_count INTEGER NOT NULL,            -- principals attached after this run
  coverage TEXT NOT NULL,                      -- JSON, counts of the subscriptions in this run's scope by status, and blindSpots
  changes TEXT NOT NULL,                       -- JSON, counts by kind
  visible_subscriptions INTEGER,               -- in a run over everything: how many subscriptions the list showed
  blind_spots_known INTEGER NOT NULL DEFAULT 1
) STRICT;

CREATE TABLE text (id INTEGER PRIMARY KEY, value TEXT NOT NULL UNIQUE) STRICT;

CREATE TABLE subscription_key (id INTEGER PRIMARY KEY, subscription_id TEXT NOT NULL UNIQUE) STRICT;  -- lower case

CREATE TABLE subscription (
  subscription INTEGER NOT NULL REFERENCES subscription_key,
  valid_from INTEGER NOT NULL,
  valid_to INTEGER,
  display_name TEXT NOT NULL,
  state TEXT NOT NULL,
  tenant_id TEXT,
  management_group_path TEXT,
  visibility TEXT NOT NULL,                    -- visible, lost, outOfScope, forgotten
  change TEXT,                                 -- subscriptionAppeared, subscriptionLost, subscriptionForgotten, outOfScope, tenantChanged; NULL = none
  change_before TEXT,                          -- JSON
  change_after TEXT,                           -- JSON
  PRIMARY KEY (subscription, valid_from)
) STRICT, WITHOUT ROWID;

CREATE TABLE blind_spot (
  subscription_id TEXT NOT NULL,
  valid_from INTEGER NOT NULL,
  valid_to INTEGER,
  display_name TEXT,
  source TEXT NOT NULL,                        -- managementGroup, previousRun, configured
  since TEXT NOT NULL,
  grant_command TEXT NOT NULL,
  PRIMARY KEY (subscription_id, valid_from)
) STRICT, WITHOUT ROWID;

CREATE TABLE coverage (
  subscription INTEGER NOT NULL REFERENCES subscription_key,
  kind TEXT NOT NULL,
  from_seq INTEGER NOT NULL,
  to_seq INTEGER NOT NULL,                     -- = from_seq for the last 30 runs; older ones folded into periods
  status TEXT NOT NULL,
  reason TEXT,                                 -- JSON {code, message, hint}
  count INTEGER NOT NULL,
  requests INTEGER NOT NULL,
  pages INTEGER NOT NULL,
  retries INTEGER NOT NULL,
  throttled_ms INTEGER NOT NULL,
  request_id TEXT,
  read_at INTEGER NOT NULL,                    -- epoch milliseconds
  superseded INTEGER NOT NULL DEFAULT 0,       -- 1 = older than a reading already stored: recorded, changed nothing
  PRIMARY KEY (subscription, kind, from_seq)
) STRICT, WITHOUT ROWID;

CREATE TABLE resource_group (
  id INTEGER PRIMARY KEY,
  key TEXT NOT NULL UNIQUE,                    -- lower case
  name TEXT NOT NULL
) STRICT;

CREATE TABLE machine (
  id INTEGER PRIMARY KEY,
  subscription INTEGER NOT NULL REFERENCES subscription_key,
  resource_group INTEGER NOT NULL REFERENCES resource_group,
  type INTEGER NOT NULL,                       -- 0 virtualMachines, 1 virtualMachineScaleSets, 2 HybridCompute/machines
  name TEXT NOT NULL COLLATE NOCASE,
  resource_id TEXT,                            -- only where the id is not put together from the columns in their own casing
  first_seen INTEGER NOT NULL                  -- epoch milliseconds
) STRICT;
CREATE UNIQUE INDEX machine_key ON machine (subscription, resource_group, type, name);

CREATE TABLE machine_version (
  machine INTEGER NOT NULL REFERENCES machine,
  valid_from INTEGER NOT NULL,
  valid_to INTEGER,
  fingerprint INTEGER NOT NULL,                -- 53-bit hash of the reading: equal = nothing to do
  vm_id TEXT,
  location INTEGER NOT NULL REFERENCES text,
  vm_size INTEGER REFERENCES text,
  os_type INTEGER REFERENCES text,
  priority INTEGER NOT NULL REFERENCES text,
  provisioning_state INTEGER REFERENCES text,  -- not content: updated in place
  zones TEXT,                                  -- joined by ';'
  time_created INTEGER,                        -- epoch milliseconds
  tags TEXT,                                   -- JSON object; NULL = none
  scale_set INTEGER REFERENCES text,
  identity_type INTEGER NOT NULL,              -- 0 None, 1 SystemAssigned, 2 UserAssigned, 3 both
  identity_tenant INTEGER REFERENCES text,
  began_at INTEGER,                            -- time of the reading that began it; NULL = machine.first_seen
  not_before INTEGER,                          -- last complete reading without it
  begin_change TEXT,                           -- virtualMachineCreated, …Recreated, …Moved, …Updated; NULL = none
  ended_at INTEGER,                            -- only where the machine itself ended with it
  end_change TEXT,                             -- virtualMachineDeleted, or why else the machine ended (virtualMachineMoved, outOfScope, …)
  moved_from INTEGER REFERENCES machine,
  instance_count INTEGER,                      -- of a Uniform scale set; not content: updated in place
  end_not_before INTEGER,                      -- last complete reading with it, where the machine itself ended
  PRIMARY KEY (machine, valid_from)
) STRICT, WITHOUT ROWID;

CREATE TABLE unseen (                          -- machines that an incomplete reading did not show
  machine INTEGER NOT NULL REFERENCES machine,
  valid_from INTEGER NOT NULL,
  valid_to INTEGER,
  last_seen INTEGER NOT NULL,                  -- epoch milliseconds
  missing_from_list INTEGER NOT NULL,          -- 1 = a whole list lacked it (SuspiciousShrink): a second one that agrees ends it
  PRIMARY KEY (machine, valid_from)
) STRICT, WITHOUT ROWID;

CREATE TABLE power_state (
  machine INTEGER PRIMARY KEY REFERENCES machine,
  state INTEGER NOT NULL REFERENCES text,      -- PowerState/running
  since_seq INTEGER NOT NULL,
  unread INTEGER NOT NULL DEFAULT 0            -- 1 = the newest reading did not have it: answers null
) STRICT;

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
CREATE INDEX identity_resource ON identity (resource_id) WHERE resource_id IS NOT NULL;
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

CREATE TABLE role_definition (
  id INTEGER PRIMARY KEY,
  guid TEXT NOT NULL UNIQUE COLLATE NOCASE,    -- last segment of its id: the same in every listing
  resource_id TEXT NOT NULL,                   -- as an assignment named it first
  name TEXT,                                   -- NULL = the role itself was not read
  permissions TEXT                             -- JSON [{actions, notActions}]
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
CREATE INDEX role_assignment_resource ON role_assignment (resource_id);
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

CREATE TABLE finding (
  rule TEXT NOT NULL,
  resource_id TEXT NOT NULL COLLATE NOCASE,
  principal_id TEXT NOT NULL COLLATE NOCASE,
  valid_from INTEGER NOT NULL,
  valid_to INTEGER,
  severity TEXT NOT NULL,
  message TEXT NOT NULL,
  remediation TEXT NOT NULL,
  first_seen TEXT NOT NULL,                    -- ISO 8601
  stale INTEGER NOT NULL,                      -- 1 = what it rests on was not read: carried on
  PRIMARY KEY (rule, resource_id, principal_id, valid_from)
) STRICT, WITHOUT ROWID;

-- The log of changes without reading all of history: only rows that are a change stand in these.
CREATE INDEX machine_version_began ON machine_version (valid_from) WHERE begin_change IS NOT NULL;
CREATE INDEX machine_version_ended ON machine_version (valid_to) WHERE end_change IS NOT NULL;
CREATE INDEX attachment_began ON attachment (valid_from) WHERE begin_change IS NOT NULL;
CREATE INDEX attachment_ended ON attachment (valid_to) WHERE end_change IS NOT NULL;
CREATE INDEX subscription_changed ON subscription (valid_from) WHERE change IS NOT NULL;
CREATE INDEX identity_presence_began ON identity_presence (valid_from) WHERE begin_change IS NOT NULL;
CREATE INDEX federated_credential_began ON federated_credential (valid_from) WHERE begin_change IS NOT NULL;
CREATE INDEX federated_credential_ended ON federated_credential (valid_to) WHERE end_change IS NOT NULL;
CREATE INDEX role_assignment_seen_began ON role_assignment_seen (valid_from) WHERE begin_change IS NOT NULL;
CREATE INDEX role_assignment_seen_ended ON role_assignment_seen (valid_to) WHERE end_change IS NOT NULL;
`;

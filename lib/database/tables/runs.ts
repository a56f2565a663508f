/** Runs, subscriptions, and how they were read. */
export const runTables = `
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
CREATE INDEX subscription_changed ON subscription (valid_from) WHERE change IS NOT NULL;

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
  source INTEGER REFERENCES text,              -- container or file of the deployment that read it; NULL = this one
  PRIMARY KEY (subscription, kind, from_seq)
) STRICT, WITHOUT ROWID;
`;

-- Stations behind one supply. Currents in mA per phase; `order_of` is what L1, L2, L3 of a station
-- are on the site: '123', turned '231' or '312', of a single-phase station one digit.
CREATE TABLE site (
    id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE COLLATE NOCASE,
    l1_ma INTEGER NOT NULL, l2_ma INTEGER NOT NULL, l3_ma INTEGER NOT NULL,
    policy TEXT NOT NULL DEFAULT 'equal' CHECK (policy IN ('equal', 'priority')),
    validity_s INTEGER NOT NULL DEFAULT 3600, turn_s INTEGER NOT NULL DEFAULT 900,
    queue TEXT NOT NULL DEFAULT '[[], [], null]');
-- `base_ma` is the most that its fallback may be, whatever arrived; `based`: it has what is wanted.
CREATE TABLE site_place (
    identity TEXT PRIMARY KEY, site INTEGER NOT NULL REFERENCES site,
    order_of TEXT NOT NULL DEFAULT '123', most_ma INTEGER NOT NULL, fallback_ma INTEGER NOT NULL,
    priority INTEGER NOT NULL DEFAULT 0,
    base_ma INTEGER NOT NULL, based INTEGER NOT NULL DEFAULT 0);
-- Shares that a station may hold: written before they are sent.
CREATE TABLE site_told (
    number INTEGER PRIMARY KEY AUTOINCREMENT, identity TEXT NOT NULL,
    share_ma INTEGER NOT NULL, until_s INTEGER NOT NULL, confirmed INTEGER NOT NULL DEFAULT 0);
CREATE INDEX site_told_to ON site_told (identity);
CREATE INDEX session_open ON session (identity, connector) WHERE stop_time IS NULL;
CREATE INDEX session_at ON session (identity, connector);

-- The life of an installation (life.py). `ordered` is the order as JSON (ordering.py).
CREATE TABLE installation (
    id INTEGER PRIMARY KEY, identity TEXT NOT NULL, state TEXT NOT NULL,
    ordered TEXT NOT NULL, account INTEGER REFERENCES account,
    activation TEXT NOT NULL CHECK (activation IN ('first_card', 'office')),
    unit TEXT, made_ms INTEGER NOT NULL, since_ms INTEGER NOT NULL,
    -- In which state the station was last found to be set as it should be; NULL: look again.
    settled TEXT, trouble TEXT NOT NULL DEFAULT '',
    -- A setting was changed that counts from the station's next start only.
    restart_due INTEGER NOT NULL DEFAULT 0);
CREATE UNIQUE INDEX installation_now ON installation (identity)
    WHERE state NOT IN ('closed', 'cancelled');
CREATE TABLE inspection (
    id INTEGER PRIMARY KEY, installation INTEGER NOT NULL REFERENCES installation,
    day TEXT NOT NULL, inspector TEXT NOT NULL, ordered_ms INTEGER NOT NULL,
    verdict TEXT CHECK (verdict IN ('approved', 'rejected')), reasons TEXT NOT NULL DEFAULT '[]',
    notes TEXT NOT NULL DEFAULT '', decided_ms INTEGER, decided_by TEXT);
CREATE INDEX inspection_of ON inspection (installation);
CREATE TABLE report (
    id INTEGER PRIMARY KEY, installation INTEGER REFERENCES installation,
    identity TEXT NOT NULL, unit TEXT NOT NULL, received_ms INTEGER NOT NULL,
    received_from TEXT NOT NULL, digest TEXT NOT NULL UNIQUE, body TEXT NOT NULL,
    verdict TEXT NOT NULL CHECK (verdict IN ('passed', 'failed', 'not trusted')),
    why TEXT NOT NULL DEFAULT '');
CREATE INDEX report_of ON report (installation);
-- What the office asked a station on its own, and what came back.
CREATE TABLE errand (
    row INTEGER PRIMARY KEY, installation INTEGER NOT NULL REFERENCES installation,
    at_ms INTEGER NOT NULL, action TEXT NOT NULL, about TEXT NOT NULL, answer TEXT NOT NULL,
    good INTEGER NOT NULL);
CREATE INDEX errand_of ON errand (installation);

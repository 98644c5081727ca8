-- What a charge point last said of itself; `identity` is that of the book's charge_point.
CREATE TABLE station (
    identity TEXT PRIMARY KEY, account INTEGER REFERENCES account,
    vendor TEXT, model TEXT, serial TEXT, firmware TEXT, meter_type TEXT, meter_serial TEXT,
    booted_ms INTEGER, seen_ms INTEGER);
CREATE TABLE connector (
    identity TEXT NOT NULL REFERENCES station, connector INTEGER NOT NULL,
    status TEXT NOT NULL, error TEXT NOT NULL, info TEXT, vendor_error TEXT,
    since_ms INTEGER NOT NULL, PRIMARY KEY (identity, connector));
-- A card of the book, and whose it is. A test card is the technician's: it bills nobody.
CREATE TABLE issued_card (
    id_tag TEXT PRIMARY KEY COLLATE NOCASE,
    kind TEXT NOT NULL DEFAULT 'driver' CHECK (kind IN ('driver', 'test')),
    label TEXT NOT NULL DEFAULT '', account INTEGER REFERENCES account);
-- From the label file that flashing writes: the key to a unit's signed reports.
CREATE TABLE unit (
    serial TEXT PRIMARY KEY, secret TEXT NOT NULL, imported_ms INTEGER NOT NULL);

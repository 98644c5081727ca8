-- Who may come in. Moments are milliseconds since 1970 UTC (`..._ms`).
CREATE TABLE company (
    id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE COLLATE NOCASE);
CREATE TABLE leasing (
    id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE COLLATE NOCASE);
-- A driver who has charge points and cards; `zone` is where the months end.
CREATE TABLE account (
    id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE COLLATE NOCASE,
    zone TEXT NOT NULL DEFAULT 'Europe/Brussels',
    company INTEGER REFERENCES company, leasing INTEGER REFERENCES leasing);
CREATE TABLE person (
    id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE COLLATE NOCASE,
    role TEXT NOT NULL CHECK (role IN
        ('admin', 'installer', 'inspector', 'account', 'company', 'leasing')),
    password TEXT, disabled INTEGER NOT NULL DEFAULT 0,
    account INTEGER REFERENCES account, company INTEGER REFERENCES company,
    leasing INTEGER REFERENCES leasing,
    CHECK (role != 'account' OR account IS NOT NULL),
    CHECK (role != 'company' OR company IS NOT NULL),
    CHECK (role != 'leasing' OR leasing IS NOT NULL));
-- A link that lets its holder set the password of a person, once.
CREATE TABLE invitation (
    code TEXT PRIMARY KEY, person INTEGER NOT NULL REFERENCES person, until_ms INTEGER NOT NULL);
-- Someone who is logged in. Of the cookie only the digest is here.
CREATE TABLE visit (
    token TEXT PRIMARY KEY, person INTEGER NOT NULL REFERENCES person, csrf TEXT NOT NULL,
    began_ms INTEGER NOT NULL, seen_ms INTEGER NOT NULL, flash TEXT);
CREATE TABLE failed_login (
    at_ms INTEGER NOT NULL, name TEXT NOT NULL, address TEXT NOT NULL);
CREATE INDEX failed_login_at ON failed_login (at_ms);
-- For programs: a bearer token, of which only the digest is here.
CREATE TABLE token (
    id INTEGER PRIMARY KEY, label TEXT NOT NULL, digest TEXT NOT NULL UNIQUE,
    made_ms INTEGER NOT NULL, revoked_ms INTEGER);
CREATE TABLE audit (
    row INTEGER PRIMARY KEY, at_ms INTEGER NOT NULL, who TEXT NOT NULL, what TEXT NOT NULL,
    about TEXT NOT NULL, detail TEXT NOT NULL);
CREATE INDEX audit_about ON audit (about);
CREATE TRIGGER audit_stays BEFORE UPDATE ON audit
    BEGIN SELECT RAISE (ABORT, 'the audit log is only added to'); END;
CREATE TRIGGER audit_is_whole BEFORE DELETE ON audit
    BEGIN SELECT RAISE (ABORT, 'the audit log is only added to'); END;

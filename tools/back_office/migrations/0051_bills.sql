-- Prices in thousandths of a cent per kWh, each from an instant on until the next one.
CREATE TABLE tariff (
    id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE COLLATE NOCASE,
    currency TEXT NOT NULL DEFAULT 'EUR', zone TEXT NOT NULL DEFAULT 'Europe/Brussels');
CREATE TABLE price (
    tariff INTEGER NOT NULL REFERENCES tariff, from_ms INTEGER NOT NULL,
    millicents INTEGER NOT NULL CHECK (millicents BETWEEN 0 AND 10000000),
    PRIMARY KEY (tariff, from_ms));
-- What is paid for the sessions of an account's cards.
CREATE TABLE account_tariff (
    account INTEGER PRIMARY KEY REFERENCES account, tariff INTEGER NOT NULL REFERENCES tariff);
-- What was said in a statement that was issued: it stays as it is, corrections come in a later
-- one. `wh` and `cents` of a session are the sum of its lines.
CREATE TABLE statement (
    id INTEGER PRIMARY KEY, id_tag TEXT NOT NULL COLLATE NOCASE, month TEXT NOT NULL,
    issued_ms INTEGER NOT NULL, currency TEXT NOT NULL, UNIQUE (id_tag, month));
CREATE TABLE statement_line (
    statement INTEGER NOT NULL REFERENCES statement, at INTEGER NOT NULL,
    session INTEGER NOT NULL, identity TEXT NOT NULL, begin_ms INTEGER, end_ms INTEGER,
    from_wh INTEGER NOT NULL, to_wh INTEGER NOT NULL, wh INTEGER NOT NULL,
    millicents INTEGER, cents INTEGER, note TEXT NOT NULL,
    PRIMARY KEY (statement, at));
CREATE INDEX statement_of ON statement_line (session);
CREATE INDEX session_by_card ON session (id_tag COLLATE NOCASE);
CREATE TRIGGER statement_stays BEFORE UPDATE ON statement_line
    BEGIN SELECT RAISE (ABORT, 'an issued statement stays as it is'); END;
CREATE TRIGGER statement_is_whole BEFORE DELETE ON statement_line
    BEGIN SELECT RAISE (ABORT, 'an issued statement stays as it is'); END;

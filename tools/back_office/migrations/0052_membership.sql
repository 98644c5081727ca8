-- Who employs an account and who repays it, from a month on (`2026-03`, by the clock of the
-- account's zone; nothing: since ever) until its next row. The last row is what holds now.
CREATE TABLE membership (
    account INTEGER NOT NULL REFERENCES account, from_month TEXT NOT NULL,
    company INTEGER REFERENCES company, leasing INTEGER REFERENCES leasing,
    PRIMARY KEY (account, from_month));
INSERT INTO membership SELECT id, '', company, leasing FROM account;
ALTER TABLE account DROP COLUMN company;
ALTER TABLE account DROP COLUMN leasing;

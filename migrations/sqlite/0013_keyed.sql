-- What a row holds of a token is HMAC-SHA-256 under the pepper that it names. Sessions of before end: an unkeyed hash that is
-- still accepted is one that can be planted. Invitations of before name no pepper, and their links work no longer.
ALTER TABLE session ADD COLUMN pepper TEXT NOT NULL DEFAULT '';
DELETE FROM session;
ALTER TABLE invitation ADD COLUMN pepper TEXT NOT NULL DEFAULT '';

-- Encoding 3 of the audit log: each row carries HMAC-SHA-256 of its hash under the pepper that it names, and so does the
-- account of its last row.
ALTER TABLE audit ADD COLUMN seal BLOB;
ALTER TABLE audit ADD COLUMN pepper TEXT NOT NULL DEFAULT '';
ALTER TABLE account ADD COLUMN audit_seal BLOB;
ALTER TABLE account ADD COLUMN audit_pepper TEXT NOT NULL DEFAULT '';

-- What makes a key stays: it is not deleted, nor replaced by a row that shares one of its unique values (a row's number among
-- them), nor moved to another key. INSERT and UPDATE OR REPLACE delete without asking the trigger of DELETE.
CREATE TRIGGER account_is_not_deleted BEFORE DELETE ON account
BEGIN
    SELECT RAISE(ABORT, 'an account is never deleted');
END;
CREATE TRIGGER account_is_not_replaced BEFORE INSERT ON account
WHEN EXISTS (SELECT 1 FROM account WHERE id = NEW.id OR name = NEW.name OR rowid = NEW.rowid)
BEGIN
    SELECT RAISE(ABORT, 'an account is never replaced');
END;
CREATE TRIGGER account_keeps_its_id BEFORE UPDATE ON account
WHEN NEW.id <> OLD.id OR EXISTS (SELECT 1 FROM account WHERE rowid = NEW.rowid AND id <> OLD.id)
BEGIN
    SELECT RAISE(ABORT, 'an account keeps its id');
END;

CREATE TRIGGER application_is_not_deleted BEFORE DELETE ON application
BEGIN
    SELECT RAISE(ABORT, 'an application is never deleted');
END;
CREATE TRIGGER application_is_not_replaced BEFORE INSERT ON application
WHEN EXISTS (
    SELECT 1 FROM application
    WHERE id = NEW.id OR (account_id = NEW.account_id AND name = NEW.name) OR rowid = NEW.rowid
)
BEGIN
    SELECT RAISE(ABORT, 'an application is never replaced');
END;
CREATE TRIGGER application_keeps_its_place BEFORE UPDATE ON application
WHEN NEW.id <> OLD.id OR NEW.account_id <> OLD.account_id
    OR EXISTS (SELECT 1 FROM application WHERE rowid = NEW.rowid AND id <> OLD.id)
BEGIN
    SELECT RAISE(ABORT, 'an application keeps its id and its account');
END;

CREATE TRIGGER key_is_not_deleted BEFORE DELETE ON api_key
BEGIN
    SELECT RAISE(ABORT, 'a key is never deleted');
END;
CREATE TRIGGER key_is_not_replaced BEFORE INSERT ON api_key
WHEN EXISTS (SELECT 1 FROM api_key WHERE id = NEW.id OR rowid = NEW.rowid OR replaced_by = NEW.replaced_by)
BEGIN
    SELECT RAISE(ABORT, 'a key is never replaced');
END;
-- A form that is sent twice is no error: the second insertion does nothing.
CREATE TRIGGER key_is_made_once BEFORE INSERT ON api_key
WHEN EXISTS (SELECT 1 FROM api_key WHERE application_id = NEW.application_id AND once = NEW.once)
BEGIN
    SELECT RAISE(IGNORE);
END;
CREATE TRIGGER key_keeps_its_place BEFORE UPDATE ON api_key
WHEN NEW.id <> OLD.id OR NEW.application_id <> OLD.application_id OR NEW.account_id <> OLD.account_id
    OR NEW.once <> OLD.once
    OR EXISTS (SELECT 1 FROM api_key WHERE (rowid = NEW.rowid OR replaced_by = NEW.replaced_by) AND id <> OLD.id)
BEGIN
    SELECT RAISE(ABORT, 'a key keeps its id and its application');
END;

CREATE TRIGGER secret_is_not_deleted BEFORE DELETE ON key_secret
BEGIN
    SELECT RAISE(ABORT, 'a key keeps its secret');
END;
CREATE TRIGGER secret_is_not_replaced BEFORE INSERT ON key_secret
WHEN EXISTS (SELECT 1 FROM key_secret WHERE id = NEW.id OR key_id = NEW.key_id OR rowid = NEW.rowid)
BEGIN
    SELECT RAISE(ABORT, 'a key keeps its secret');
END;
CREATE TRIGGER secret_keeps_its_key BEFORE UPDATE ON key_secret
WHEN NEW.id <> OLD.id OR NEW.key_id <> OLD.key_id
    OR EXISTS (SELECT 1 FROM key_secret WHERE rowid = NEW.rowid AND id <> OLD.id)
BEGIN
    SELECT RAISE(ABORT, 'a key keeps its secret');
END;
DROP INDEX key_secret_by_key;
CREATE UNIQUE INDEX key_secret_by_key ON key_secret (key_id);

-- What a row holds of a token is HMAC-SHA-256 under the pepper that it names. Sessions of before end: an unkeyed hash that is
-- still accepted is one that can be planted. Invitations of before name no pepper, and their links work no longer.
ALTER TABLE session ADD COLUMN pepper TEXT NOT NULL DEFAULT '';
DELETE FROM session;
ALTER TABLE invitation ADD COLUMN pepper TEXT NOT NULL DEFAULT '';

-- Encoding 3 of the audit log: each row carries HMAC-SHA-256 of its hash under the pepper that it names, and so does the
-- account of its last row.
ALTER TABLE audit ADD COLUMN seal BYTEA;
ALTER TABLE audit ADD COLUMN pepper TEXT NOT NULL DEFAULT '';
ALTER TABLE account ADD COLUMN audit_seal BYTEA;
ALTER TABLE account ADD COLUMN audit_pepper TEXT NOT NULL DEFAULT '';

-- What makes a key stays: it is not deleted, nor moved to another key, and a key has one secret.
CREATE TRIGGER account_is_not_deleted BEFORE DELETE OR TRUNCATE ON account
    EXECUTE FUNCTION refuse_change('an account is never deleted');
CREATE TRIGGER account_keeps_its_id BEFORE UPDATE ON account
    FOR EACH ROW WHEN (NEW.id <> OLD.id)
    EXECUTE FUNCTION refuse_change('an account keeps its id');

CREATE TRIGGER application_is_not_deleted BEFORE DELETE OR TRUNCATE ON application
    EXECUTE FUNCTION refuse_change('an application is never deleted');
CREATE TRIGGER application_keeps_its_place BEFORE UPDATE ON application
    FOR EACH ROW WHEN (NEW.id <> OLD.id OR NEW.account_id <> OLD.account_id)
    EXECUTE FUNCTION refuse_change('an application keeps its id and its account');

CREATE TRIGGER key_is_not_deleted BEFORE DELETE OR TRUNCATE ON api_key
    EXECUTE FUNCTION refuse_change('a key is never deleted');
CREATE TRIGGER key_keeps_its_place BEFORE UPDATE ON api_key
    FOR EACH ROW WHEN (
        NEW.id <> OLD.id OR NEW.application_id <> OLD.application_id OR NEW.account_id <> OLD.account_id
        OR NEW.once <> OLD.once
    )
    EXECUTE FUNCTION refuse_change('a key keeps its id and its application');

CREATE TRIGGER secret_is_not_deleted BEFORE DELETE OR TRUNCATE ON key_secret
    EXECUTE FUNCTION refuse_change('a key keeps its secret');
CREATE TRIGGER secret_keeps_its_key BEFORE UPDATE ON key_secret
    FOR EACH ROW WHEN (NEW.id <> OLD.id OR NEW.key_id <> OLD.key_id)
    EXECUTE FUNCTION refuse_change('a key keeps its secret');
DROP INDEX key_secret_by_key;
CREATE UNIQUE INDEX key_secret_by_key ON key_secret (key_id);

-- What the list of keys needs so that its first and its last page are as quick with 100,000 keys as with ten.

-- A name in small letters, and an end for those that never end: a list is read along an index of either.
ALTER TABLE api_key ADD COLUMN name_key TEXT GENERATED ALWAYS AS (LOWER(name)) VIRTUAL;
ALTER TABLE api_key ADD COLUMN ends_key BIGINT
    GENERATED ALWAYS AS (COALESCE(expires_at, 9223372036854775806)) VIRTUAL;
CREATE INDEX api_key_by_name ON api_key (application_id, name_key, id);
CREATE INDEX api_key_by_end ON api_key (application_id, ends_key, id);

-- Every key has a row here from its first moment; at = 0 says that no call has been accepted yet.
ALTER TABLE key_last_use ADD COLUMN application_id BLOB REFERENCES application (id);
UPDATE key_last_use
SET application_id = (SELECT k.application_id FROM api_key k WHERE k.id = key_last_use.key_id);
INSERT INTO key_last_use (key_id, at, address, user_agent, application_id)
SELECT k.id, 0, '', '', k.application_id
FROM api_key k
WHERE NOT EXISTS (SELECT 1 FROM key_last_use u WHERE u.key_id = k.id);
CREATE INDEX key_last_use_by_age ON key_last_use (application_id, at, key_id);

-- Keys are never deleted: counting them once is enough.
ALTER TABLE application ADD COLUMN key_count BIGINT NOT NULL DEFAULT 0;
UPDATE application SET key_count = (SELECT COUNT(*) FROM api_key k WHERE k.application_id = application.id);

CREATE TRIGGER key_is_listed AFTER INSERT ON api_key
BEGIN
    INSERT INTO key_last_use (key_id, at, address, user_agent, application_id)
    VALUES (NEW.id, 0, '', '', NEW.application_id);
    UPDATE application SET key_count = key_count + 1 WHERE id = NEW.application_id;
END;

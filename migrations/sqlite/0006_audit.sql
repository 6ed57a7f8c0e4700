-- The log says what was and what is, and each row names the encoding of its hash: 1 knows neither of them.
ALTER TABLE audit ADD COLUMN before TEXT NOT NULL DEFAULT '';
ALTER TABLE audit ADD COLUMN after TEXT NOT NULL DEFAULT '';
ALTER TABLE audit ADD COLUMN encoding BIGINT NOT NULL DEFAULT 1;

-- It is read by time, and narrowed by what, by whom and on what.
DROP INDEX audit_by_target;
CREATE INDEX audit_by_target ON audit (account_id, target, at, seq);
CREATE INDEX audit_by_time ON audit (account_id, at, seq);
CREATE INDEX audit_by_actor ON audit (account_id, actor, at, seq);
CREATE INDEX audit_by_action ON audit (account_id, action, at, seq);

-- INSERT OR REPLACE deletes without asking the trigger of DELETE.
CREATE TRIGGER audit_is_not_replaced BEFORE INSERT ON audit
WHEN EXISTS (SELECT 1 FROM audit WHERE account_id = NEW.account_id AND seq = NEW.seq)
BEGIN
    SELECT RAISE(ABORT, 'the audit log is append-only');
END;

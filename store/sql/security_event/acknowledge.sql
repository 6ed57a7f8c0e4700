UPDATE security_event
SET acknowledged_at = $4, acknowledged_by = $5, note = $6
WHERE account_id = $1
    AND id = $2
    AND (application_id = $3 OR ($7 AND (application_id IS NULL OR application_id IN (
        SELECT a.id FROM application a WHERE a.account_id = $1 AND a.deleted_at IS NOT NULL
    ))))
    AND acknowledged_at IS NULL

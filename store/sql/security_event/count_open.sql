SELECT COUNT(*), COUNT(CASE WHEN severity = $5 THEN 1 END)
FROM security_event
WHERE account_id = $1
    AND (application_id = $2 OR ($3 AND (application_id IS NULL OR application_id IN (
        SELECT a.id FROM application a WHERE a.account_id = $1 AND a.deleted_at IS NOT NULL
    ))))
    AND ($4 = '' OR subject = $4)
    AND acknowledged_at IS NULL

UPDATE security_event
SET acknowledged_at = $4, acknowledged_by = $5, note = $6
WHERE account_id = $1
    AND id = $2
    AND (application_id = $3 OR ($7 AND application_id IS NULL))
    AND acknowledged_at IS NULL

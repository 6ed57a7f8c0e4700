SELECT e.id, e.account_id, c.name AS account_name, a.id AS application_id, e.kind, k.name AS key_name
FROM security_event e
JOIN account c ON c.id = e.account_id
LEFT JOIN application a ON a.id = e.application_id AND a.deleted_at IS NULL
LEFT JOIN api_key k ON k.id = e.subject AND k.account_id = e.account_id
WHERE e.mailed_at IS NULL AND e.severity = $1 AND e.last_at > $2 AND e.acknowledged_at IS NULL
    AND NOT EXISTS (
        SELECT 1 FROM security_event t WHERE t.account_id = e.account_id AND t.mailed_at > $3 AND t.mailed_at <= $4
    )
ORDER BY e.account_id, e.id
LIMIT $5

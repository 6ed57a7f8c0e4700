SELECT e.id, e.kind, e.subject, e.value, e.first_at, e.last_at, e.calls, e.address, e.route, e.user_agent,
    e.request_id, e.detail, e.acknowledged_at, e.acknowledged_by, e.note, k.name AS key_name,
    k.revoked_at AS key_revoked_at, k.replaced_by AS key_replaced_by
FROM security_event e
-- The page of a key of a deleted application is gone.
LEFT JOIN api_key k ON k.id = e.subject AND k.application_id = e.application_id AND k.application_id = $2
WHERE e.account_id = $1
    AND (e.application_id = $2 OR ($3 AND (e.application_id IS NULL OR e.application_id IN (
        SELECT a.id FROM application a WHERE a.account_id = $1 AND a.deleted_at IS NOT NULL
    ))))

SELECT COUNT(*) FROM api_key k
WHERE k.application_id = $1
    AND ($2 = '' OR k.environment = $2)
    AND ($3 = '' OR LOWER(k.name) LIKE $3 ESCAPE '\' OR k.id LIKE $4 ESCAPE '\')
    AND ($5 = '' OR $5 = CASE
        WHEN k.revoked_at IS NOT NULL THEN 'revoked'
        WHEN k.deactivated_at IS NOT NULL THEN 'inactive'
        WHEN k.expires_at <= $6 OR k.retires_at <= $6 THEN 'expired'
        ELSE 'active'
    END)

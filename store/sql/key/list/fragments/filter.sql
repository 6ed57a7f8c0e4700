    AND ($5 = '' OR k.environment = $5)
    AND ($16 = '' OR ' ' || k.scopes || ' ' LIKE $16)
    AND (k.created_by = $17 OR $17 IS NULL)
    AND ($6 = '' OR k.sort_name LIKE $6 ESCAPE '\' OR k.name LIKE $7 ESCAPE '\' OR k.id LIKE $8 ESCAPE '\')
    AND ($9 = '' OR $9 = CASE
        WHEN k.revoked_at IS NOT NULL THEN 'revoked'
        WHEN k.deactivated_at IS NOT NULL THEN 'inactive'
        WHEN k.expires_at <= $11 OR k.retires_at <= $11 THEN 'expired'
        ELSE 'active'
    END)
    -- The "+" keeps SQLite from using these two for an index search: the position of the page is the better one.
    AND +u.at <= $12
    AND +k.sort_expiry <= $13
    AND ($10 = '' OR (
        k.revoked_at IS NULL
        AND (k.deactivated_at IS NOT NULL
            OR ((k.expires_at IS NULL OR k.expires_at > $11) AND (k.retires_at IS NULL OR k.retires_at > $11)))
        AND CASE $10
            WHEN 'retiring' THEN k.retires_at IS NOT NULL
            WHEN 'expires-soon' THEN k.expires_at > $11
            WHEN 'never-used' THEN u.at = 0
            WHEN 'idle' THEN u.at > 0
            WHEN 'not-confirmed' THEN k.confirmed_at IS NULL
            WHEN 'never-expires' THEN k.expires_at IS NULL
            WHEN 'any-address' THEN k.ip_rules = ''
            WHEN 'old' THEN k.created_at <= $11 - 31536000000
            ELSE FALSE
        END
    ))
    AND ($14 = ''
        -- The ids of these keys are known: they are looked up first.
        OR ($14 = 'attention' AND $15 LIKE '%' || k.id || '%')
        OR CASE
            WHEN k.revoked_at IS NOT NULL THEN 'ended'
            WHEN k.deactivated_at IS NULL AND (k.expires_at <= $11 OR k.retires_at <= $11) THEN 'ended'
            WHEN k.retires_at IS NOT NULL
                AND EXISTS (SELECT 1 FROM api_key s WHERE s.id = k.replaced_by AND s.revoked_at IS NULL) THEN 'retiring'
            ELSE 'active'
        END = $14
    )

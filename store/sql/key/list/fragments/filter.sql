    AND ($7 = '' OR k.environment = $7)
    AND ($8 = '' OR ' ' || k.scopes || ' ' LIKE $8)
    AND (k.created_by = $9 OR $9 IS NULL)
    AND ($15 = '' OR k.folded_name LIKE $15 ESCAPE '\'
        OR (k.id LIKE $16 ESCAPE '\' AND SUBSTR(k.id, 1, LENGTH($14)) = $14))
    AND ($17 = '' OR $17 = CASE
        WHEN k.revoked_at IS NOT NULL THEN 'revoked'
        WHEN k.deactivated_at IS NOT NULL THEN 'inactive'
        WHEN k.expires_at <= $10 OR k.retires_at <= $10 THEN 'expired'
        ELSE 'active'
    END)
    -- The "+" keeps SQLite from using these two for an index search: the position of the page is the better one.
    AND +u.at <= $11
    AND +k.sort_expiry <= $12
    AND ($18 = '' OR (
        k.revoked_at IS NULL
        AND (k.deactivated_at IS NOT NULL
            OR ((k.expires_at IS NULL OR k.expires_at > $10) AND (k.retires_at IS NULL OR k.retires_at > $10)))
        AND CASE $18
            WHEN 'retiring' THEN k.retires_at IS NOT NULL
            WHEN 'expires-soon' THEN k.expires_at > $10
            WHEN 'never-used' THEN u.at = 0
            WHEN 'idle' THEN u.at > 0
            WHEN 'not-confirmed' THEN k.confirmed_at IS NULL
            WHEN 'never-expires' THEN k.expires_at IS NULL
            WHEN 'any-address' THEN k.ip_rules = ''
            WHEN 'old' THEN k.created_at <= $10 - 31536000000
            ELSE FALSE
        END
    ))
    AND ($19 = ''
        -- The ids of these keys are known: they are looked up first.
        OR ($19 = 'attention' AND $13 LIKE '%' || k.id || '%')
        OR CASE
            WHEN k.revoked_at IS NOT NULL THEN 'ended'
            WHEN k.deactivated_at IS NULL AND (k.expires_at <= $10 OR k.retires_at <= $10) THEN 'ended'
            WHEN k.retires_at IS NOT NULL
                AND EXISTS (SELECT 1 FROM api_key s WHERE s.id = k.replaced_by AND s.revoked_at IS NULL) THEN 'retiring'
            ELSE 'active'
        END = $19
    )

SELECT pepper, CAST(SUM(secrets) AS BIGINT), CAST(SUM(live_keys) AS BIGINT), CAST(SUM(invitations) AS BIGINT),
    CAST(SUM(sessions) AS BIGINT), CAST(SUM(log_heads) AS BIGINT), CAST(SUM(factor_secrets) AS BIGINT),
    CAST(SUM(mails) AS BIGINT)
FROM (
    SELECT s.pepper AS pepper, 1 AS secrets,
        CASE
            WHEN k.revoked_at IS NULL AND (k.expires_at IS NULL OR k.expires_at > $1)
                AND (k.retires_at IS NULL OR k.retires_at > $1)
            THEN 1
            ELSE 0
        END AS live_keys,
        0 AS invitations, 0 AS sessions, 0 AS log_heads, 0 AS factor_secrets, 0 AS mails
    FROM key_secret s
    JOIN api_key k ON k.id = s.key_id
    UNION ALL
    SELECT i.pepper, 0, 0, 1, 0, 0, 0, 0 FROM invitation i WHERE i.expires_at > $1 AND i.pepper <> ''
    UNION ALL
    SELECT n.pepper, 0, 0, 0, 1, 0, 0, 0 FROM session n WHERE n.pepper <> ''
    UNION ALL
    SELECT a.audit_pepper, 0, 0, 0, 0, 1, 0, 0 FROM account a WHERE a.audit_pepper <> ''
    UNION ALL
    SELECT f.pepper, 0, 0, 0, 0, 0, 1, 0 FROM authenticator f
    UNION ALL
    SELECT f.pepper, 0, 0, 0, 0, 0, 1, 0 FROM second_factor f
    UNION ALL
    SELECT w.pepper, 0, 0, 0, 0, 0, 0, 1 FROM mail w
) AS counted
GROUP BY pepper
ORDER BY pepper

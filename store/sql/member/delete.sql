DELETE FROM membership
WHERE account_id = $1 AND person_id = $2
    AND (role <> 'owner' OR EXISTS (
        SELECT 1 FROM membership o
        JOIN person p ON p.id = o.person_id
        WHERE o.account_id = $1 AND o.person_id <> $2 AND o.role = 'owner' AND p.disabled_at IS NULL
            AND (p.password_hash <> '' OR NOT EXISTS (
                SELECT 1 FROM person t WHERE t.id = $2 AND t.password_hash <> ''
            ))
    ))

DELETE FROM password_reset
WHERE made_by = $2
    AND NOT EXISTS (
        SELECT 1 FROM membership m WHERE m.person_id = password_reset.person_id AND m.account_id <> $1
    )

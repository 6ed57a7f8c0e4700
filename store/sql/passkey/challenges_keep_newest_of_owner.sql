-- All but the newest $3 of an owner for a purpose.
DELETE FROM passkey_challenge
WHERE handle_hash IN (
    SELECT old.handle_hash FROM passkey_challenge old
    WHERE old.purpose = $1 AND old.owner = $2
    ORDER BY old.expires_at DESC, old.handle_hash
    LIMIT 100 OFFSET $3
)

DELETE FROM authenticator
WHERE person_id = $1 AND EXISTS (SELECT 1 FROM passkey k WHERE k.person_id = $1)

SELECT state FROM passkey_challenge WHERE handle_hash = $1 AND purpose = $2 AND owner = $3 AND expires_at > $4

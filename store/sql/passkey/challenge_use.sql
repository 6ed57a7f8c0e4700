DELETE FROM passkey_challenge WHERE handle_hash = $1

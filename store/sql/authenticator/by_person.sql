SELECT secret, pepper, created_at, last_step FROM authenticator WHERE person_id = $1

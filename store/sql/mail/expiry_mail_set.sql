INSERT INTO key_expiry_mail (application_id, days, inserted_at) VALUES ($1, $2, $3)
ON CONFLICT (application_id, days) DO UPDATE SET inserted_at = excluded.inserted_at

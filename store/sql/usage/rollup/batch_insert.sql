INSERT INTO usage_batch (id, at) VALUES ($1, $2) ON CONFLICT (id) DO NOTHING

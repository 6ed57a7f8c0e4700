INSERT INTO usage_report_batch (id, at) VALUES ($1, $2) ON CONFLICT (id) DO NOTHING

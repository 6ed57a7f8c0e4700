INSERT INTO usage_journal (batch_id, seq, body) VALUES ($1, $2, $3) ON CONFLICT (batch_id, seq) DO NOTHING

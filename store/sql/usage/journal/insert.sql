INSERT INTO usage_journal (batch_id, seq, node_id, body) VALUES ($1, $2, $3, $4) ON CONFLICT (batch_id, seq) DO NOTHING

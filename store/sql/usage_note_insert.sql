INSERT INTO usage_note (batch, seq, body) VALUES ($1, $2, $3) ON CONFLICT (batch, seq) DO NOTHING

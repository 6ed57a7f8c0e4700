SELECT batch_id, body FROM usage_journal ORDER BY batch_id, seq

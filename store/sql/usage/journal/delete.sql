DELETE FROM usage_journal WHERE batch_id = $1

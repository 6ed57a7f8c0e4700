SELECT batch, body FROM usage_note ORDER BY batch, seq

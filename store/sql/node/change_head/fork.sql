UPDATE change_head
SET system_id = $1, timeline = $2, history = history + 1, forked_at = position, opened = FALSE
WHERE id = 1

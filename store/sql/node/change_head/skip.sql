UPDATE change_head SET position = $2, history = history + 1, forked_at = position, opened = FALSE
WHERE id = 1 AND position < $1
RETURNING history

DELETE FROM usage_by WHERE span = $1 AND bucket < $2

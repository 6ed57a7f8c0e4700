UPDATE person SET is_support = is_support WHERE id = $1

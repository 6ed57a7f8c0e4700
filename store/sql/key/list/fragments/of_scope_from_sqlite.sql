-- A page at most is read of each set: up to the oldest key of the set's own page that is newest.
FROM scope_set s
CROSS JOIN api_key k INDEXED BY api_key_by_scopes

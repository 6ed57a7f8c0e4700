SELECT scopes FROM scope_set WHERE application_id = $1 LIMIT $2

WHERE application_id = $1 AND id >= $2 AND id < $3

UPDATE membership SET managed = FALSE WHERE person_id = $1 AND managed

UPDATE passkey SET signs_in_alone = FALSE WHERE id = $1 AND person_id = $2

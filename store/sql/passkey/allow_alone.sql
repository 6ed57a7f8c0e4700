UPDATE passkey SET signs_in_alone = TRUE WHERE id = $1 AND person_id = $2

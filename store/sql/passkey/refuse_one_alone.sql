UPDATE passkey SET signs_in_alone = FALSE, refused_at = $3
WHERE id = $1 AND person_id = $2 AND (signs_in_alone OR refused_at IS NULL OR refused_at <= $4)

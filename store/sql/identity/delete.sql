DELETE FROM identity
WHERE person_id = $1 AND issuer = $2
    AND EXISTS (SELECT 1 FROM person p WHERE p.id = $1 AND p.password_hash <> '')

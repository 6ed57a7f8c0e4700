INSERT INTO application_role (application_id, person_id, role, created_at)
SELECT a.id, m.person_id, CAST($4 AS TEXT), CAST($5 AS BIGINT)
FROM application a
JOIN membership m ON m.account_id = a.account_id
WHERE a.id = $1 AND a.account_id = $2 AND a.deleted_at IS NULL AND m.person_id = $3 AND m.role <> 'owner'
ON CONFLICT (person_id, application_id) DO UPDATE SET role = EXCLUDED.role, created_at = CASE
    WHEN application_role.role = 'viewer' THEN EXCLUDED.created_at ELSE application_role.created_at END

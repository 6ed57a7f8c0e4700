UPDATE change_head SET opened = TRUE
WHERE id = 1 AND history = $1 AND NOT EXISTS (SELECT 1 FROM node WHERE node.history <> $1)

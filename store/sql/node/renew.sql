UPDATE node SET beat = beat + 1, applied = $3
WHERE id = $1 AND epoch = $2
    AND (SELECT h.position FROM change_head h WHERE h.id = 1) = $3
    AND (SELECT h.history FROM change_head h WHERE h.id = 1) = $4
    AND NOT EXISTS (SELECT 1 FROM node other WHERE other.history <> $4)
RETURNING (SELECT MIN(n.epoch) FROM node n), (SELECT h.opened FROM change_head h WHERE h.id = 1)

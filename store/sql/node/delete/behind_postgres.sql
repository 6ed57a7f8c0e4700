-- A node that is writing at the moment stays: nothing waits for its transaction.
DELETE FROM node
WHERE id IN (
    SELECT n.id FROM node n
    WHERE n.applied < $1 AND NOT (n.id = $2 AND n.epoch = $3)
        AND n.history = (SELECT h.history FROM change_head h WHERE h.id = 1)
    FOR UPDATE SKIP LOCKED
)
RETURNING name

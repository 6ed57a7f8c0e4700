-- A node that is writing at the moment stays: nothing waits for its transaction.
DELETE FROM node
WHERE id IN (
    SELECT n.id FROM node n
    WHERE n.id = $1 AND n.epoch = $2 AND n.beat = $3
    FOR UPDATE SKIP LOCKED
)

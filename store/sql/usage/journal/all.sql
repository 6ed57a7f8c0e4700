SELECT j.batch_id, j.body FROM usage_journal j
WHERE j.node_id = $1
    OR j.batch_id < $2 AND NOT EXISTS (SELECT 1 FROM node n WHERE n.id = j.node_id)
ORDER BY j.batch_id, j.seq

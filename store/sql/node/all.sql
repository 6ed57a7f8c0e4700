SELECT n.id, n.name, n.epoch, n.beat, n.applied, n.lease_ms, n.peppers, n.history = h.history AS compared
FROM node n
JOIN change_head h ON h.id = 1
ORDER BY n.name

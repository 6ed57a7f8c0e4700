SELECT n.id, n.name, n.epoch, n.beat, n.applied, n.lease_ms, n.version, n.joined_at, n.history = h.history AS compared, h.position
FROM node n
JOIN change_head h ON h.id = 1
ORDER BY n.name

-- One row: how many changes of keys were committed, and which process may make the next one. A change ends by taking the
-- next position, so positions are in the order of the commits, without gaps. system_id and timeline name the PostgreSQL
-- cluster; on SQLite they are empty and 0.
CREATE TABLE change_head (
    id BIGINT PRIMARY KEY NOT NULL CHECK (id = 1),
    position BIGINT NOT NULL,
    epoch BIGINT NOT NULL,
    system_id TEXT NOT NULL,
    timeline BIGINT NOT NULL
);
INSERT INTO change_head (id, position, epoch, system_id, timeline) VALUES (1, 0, 0, '', 0);

-- The process that may change keys and verifies them, as long as it renews `beat` within `lease_ms`.
CREATE TABLE node (
    id BLOB PRIMARY KEY NOT NULL,
    epoch BIGINT NOT NULL,
    beat BIGINT NOT NULL,
    lease_ms BIGINT NOT NULL,
    version TEXT NOT NULL,
    joined_at BIGINT NOT NULL
);

-- One row, which a readiness probe writes: a database that answers may still be read-only, or its disk full.
CREATE TABLE write_probe (
    id BIGINT PRIMARY KEY NOT NULL,
    at BIGINT NOT NULL
);
INSERT INTO write_probe (id, at) VALUES (1, 0);

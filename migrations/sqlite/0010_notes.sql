-- What was counted each second, whole and in few bytes, until the batch that it is part of is in the rollups.
CREATE TABLE usage_note (
    batch BLOB NOT NULL,
    seq BIGINT NOT NULL,
    body BLOB NOT NULL,
    PRIMARY KEY (batch, seq)
);

-- What came on streams that can be resumed: which filings, in which order; never what they say. A chunk is added at
-- the end of its stream or not at all, and forgotten once its answers are known to have arrived, or after some time.

CREATE TABLE stream_chunk (
    stream_id TEXT NOT NULL,
    start     INTEGER NOT NULL,  -- filings of the stream before this chunk
    filings   INTEGER NOT NULL,  -- and with it
    kept_at_s INTEGER NOT NULL,
    names     BLOB NOT NULL,     -- JSON: [originator_code, request_id, the first 16 hex digits of the digest]
    PRIMARY KEY (stream_id, start)
);

CREATE INDEX stream_chunk_by_age ON stream_chunk (kept_at_s);

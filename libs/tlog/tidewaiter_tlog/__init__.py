"""A transparency log by RFC 6962 and C2SP: hashing, proofs, tiles, checkpoints and receipts, without I/O."""

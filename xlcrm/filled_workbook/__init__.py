"""A file that somebody filled: guarded bytes, raw sheets, records and findings."""

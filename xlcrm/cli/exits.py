"""The exit codes; where several hold: usage, then busy, rejected, findings."""

DONE, FINDINGS, USAGE, REJECTED, BUSY, INTERRUPTED = 0, 1, 2, 3, 4, 130

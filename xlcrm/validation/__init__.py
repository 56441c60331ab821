"""Checks records against the rules of their tables; pure: records in, findings out."""

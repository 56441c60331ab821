"""A folder of files becomes one ledger: what is in it, what each claims, what that amounts to."""

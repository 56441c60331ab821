"""How long merging takes, beside the loops that a careful user would write instead."""

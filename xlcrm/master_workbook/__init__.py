"""The master: every record of the team, its source, what is wrong, what the lead decides."""

"""A team's settings: the workbook's rows of what holds, and what a filled one sets."""

"""The report of a period: document E's six columns, charts, and the facts behind the figures."""

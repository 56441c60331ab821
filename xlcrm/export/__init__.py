"""A ledger as tables for other programs: a Parquet dataset, CSV files, or a database."""

"""What the tables are: declarations, field types, vocabularies and the working calendar."""

"""Field types: each knows how to read, write, format, validate, compare and mask its values."""

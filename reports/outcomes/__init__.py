"""The trial's outcomes: rows of the study in, one document of numbers with their records out."""

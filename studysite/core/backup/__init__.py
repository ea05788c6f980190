"""The study as one file, and back: rows, files and trail. The keys lie elsewhere."""

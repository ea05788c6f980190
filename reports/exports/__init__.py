"""The study's data as files that other systems read. What there is to export is said once
(`tables.py`, `captured.py`, the forms' definitions); each format writes it its own way."""

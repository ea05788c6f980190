"""Scans through the API, one file a noun."""

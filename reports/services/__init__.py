"""The acts of reporting, one file a noun."""

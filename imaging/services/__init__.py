"""The acts of imaging, one file a noun."""

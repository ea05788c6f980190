"""The pages of imaging, one file a noun."""

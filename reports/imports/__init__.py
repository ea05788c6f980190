"""Data that come in from files: a whole study from its own export."""

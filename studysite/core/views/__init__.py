"""Pages of the foundation: signing in, one's own account, the people of the study."""

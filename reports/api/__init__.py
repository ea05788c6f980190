"""Documents, signatures and jobs through the API, one file a noun."""

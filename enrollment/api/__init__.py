"""People in the study through the API, one file a noun."""

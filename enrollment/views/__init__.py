"""The pages of enrolment, one file a noun."""

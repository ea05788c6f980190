"""The acts of enrolment, one file a noun."""

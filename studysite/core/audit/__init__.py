"""The audit trail: what changed comes from database triggers, who and why from the act."""

"""Everything a case summary shows of one participant, gathered into frozen rows."""

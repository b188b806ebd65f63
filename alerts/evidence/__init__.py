"""Evidence besides the counts, how unlikely it is, and the level that all of it makes."""

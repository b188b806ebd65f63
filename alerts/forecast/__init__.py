"""How fast one post spreads, and what its fastest hour of the next six may bring."""

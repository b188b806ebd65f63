"""A long run under load and faults, after which everything is accounted for."""

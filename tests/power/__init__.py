"""Power cuts, replayed: what a disk may hold after one, from the calls of a real process."""

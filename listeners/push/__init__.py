"""What others push to us: the server that takes it, and the spool where it waits."""

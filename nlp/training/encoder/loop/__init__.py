"""The training loop: batches, losses, plans, one process or several."""

"""Commands that write reports: brief, review, export."""

"""What the steps remember: cursors, coverage, incidents, outbox, cases, quarantine."""

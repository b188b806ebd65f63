"""From counts to signals, incidents and messages."""

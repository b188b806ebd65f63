"""Commands that fit the shipped models again."""

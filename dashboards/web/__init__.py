"""The page that a team opens from an alert: what is going on, why, and what to do."""

"""What to do now: the steps of an alert by category and level, and the checklists."""

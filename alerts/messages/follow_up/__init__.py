"""Messages in the thread of an incident that are about no change of it."""

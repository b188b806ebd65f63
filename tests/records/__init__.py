"""The records that flow, and the names of what is remembered."""

"""The commands of the desk: incidents, and what is done with them."""

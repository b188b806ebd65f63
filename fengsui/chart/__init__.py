"""The time line of an incident, in the terminal and as a picture."""

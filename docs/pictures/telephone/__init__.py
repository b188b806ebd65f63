"""Messages as a telephone shows them, drawn from what a channel is sent."""

"""What an alert says, before any channel gives it a form."""

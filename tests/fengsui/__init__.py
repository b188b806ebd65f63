"""Rules of the application."""

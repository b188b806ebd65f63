"""How the application itself stands."""

"""How the application itself stands: checks of the setup, the review of the model."""

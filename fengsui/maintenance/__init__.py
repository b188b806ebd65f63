"""The nightly upkeep of the stores."""

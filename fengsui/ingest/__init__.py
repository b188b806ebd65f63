"""From a source to the stores: when it is read, and how it stands with it."""

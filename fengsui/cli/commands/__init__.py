"""The commands, a module each or a few that belong together; each registers its own."""

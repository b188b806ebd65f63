"""The containers of docker/: checked against the project, since no engine runs them here."""

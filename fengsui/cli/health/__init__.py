"""How the run and the stores stand, as the command line shows it."""

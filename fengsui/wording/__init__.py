"""The words of the command line, of settings errors and of `check`: one catalogue, zh and en."""

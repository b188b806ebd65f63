"""The command line over the steps."""

from fengsui.cli.app import main

__all__ = ["main"]

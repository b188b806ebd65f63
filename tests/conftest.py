"""What every test run has."""

import os

from tests.servers.skips import pytest_terminal_summary

__all__ = ["pytest_terminal_summary"]

# One key for all stores of a run, so that two of them can be compared.
os.environ.setdefault("FENGSUI_AUTHOR_KEY", "a key for tests, and for nothing else")

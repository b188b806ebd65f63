"""What every test run has."""

from tests.servers.skips import pytest_terminal_summary

__all__ = ["pytest_terminal_summary"]

"""Tests of `fengsui.cli.commands.report`."""

"""Tests of `fengsui.cli.commands`."""

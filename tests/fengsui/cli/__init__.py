"""Tests of `fengsui.cli`."""

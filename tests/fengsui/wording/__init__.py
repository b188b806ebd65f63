"""Tests of `fengsui.wording`."""

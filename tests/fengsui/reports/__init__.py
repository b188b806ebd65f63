"""Tests of `fengsui.reports`."""

"""Tests of `fengsui.reports.export`."""

"""Tests of `fengsui.reports.review`."""

"""Tests of `fengsui.reports.document`."""

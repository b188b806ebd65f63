"""Tests of `fengsui.analysis`."""

"""Tests of `fengsui.annotate`."""

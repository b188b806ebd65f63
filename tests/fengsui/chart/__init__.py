"""Tests of `fengsui.chart`."""

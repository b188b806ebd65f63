"""Tests of `fengsui.incidents`."""

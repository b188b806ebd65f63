"""Tests of `fengsui.pipeline`."""

"""Tests of `fengsui.operations`."""

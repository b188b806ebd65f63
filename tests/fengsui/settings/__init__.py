"""Tests of `fengsui.settings`."""

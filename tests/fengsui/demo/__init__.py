"""Tests of `fengsui.demo`."""

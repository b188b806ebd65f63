"""Tests of fengsui.maintenance."""

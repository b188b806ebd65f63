"""Tests of `fengsui.ingest`."""

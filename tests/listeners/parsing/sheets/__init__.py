"""Tests of workbooks as tables."""

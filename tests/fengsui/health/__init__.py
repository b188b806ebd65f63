"""Tests of fengsui/health."""

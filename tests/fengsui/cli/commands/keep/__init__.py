"""Tests of the commands that look after what is kept."""

"""Tests of the pictures in the documentation."""

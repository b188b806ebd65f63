"""Tests of what people and the application do about incidents."""

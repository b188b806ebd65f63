"""Tests of cases at the desk."""

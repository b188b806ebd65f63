"""Tests of tables of any tool."""

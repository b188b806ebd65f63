"""Complaints that somebody has to answer: assigned, in order, drafted, approved, ended."""

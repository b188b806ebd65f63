"""Fits the linear sentiment model and the emotions by n-grams."""

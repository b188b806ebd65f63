"""Complaints: which texts are one, about what, wanting what, and how serious."""

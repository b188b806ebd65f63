"""Asking hosts politely: paced between processes, rested after refusals, each answer judged."""

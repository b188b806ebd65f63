"""The daily brief and the weekly review of pain points."""

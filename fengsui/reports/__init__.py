"""The daily brief, the weekly review of pain points, the review of the model."""

"""Posts that were written for this project, with all labels: one file a phenomenon (README.md)."""

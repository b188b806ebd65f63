"""Text itself: normalised, cut into words, its keywords."""

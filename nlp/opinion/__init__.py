"""What one post says about one brand, read by one small model instead of word lists."""

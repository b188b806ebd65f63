"""Training of the reader that says what one post says about one brand (`nlp.opinion`)."""

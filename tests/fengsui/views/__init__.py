"""What pages show, read from the stores."""

"""The recent counts of every brand, kept up with the store, and the detector's state over them."""

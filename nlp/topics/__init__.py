"""What many posts are about: clusters, their titles, new and rising terms."""

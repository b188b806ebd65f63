"""Detection measured: NAB, cascades, the hot-search archive, outbreaks, the promise, speed."""

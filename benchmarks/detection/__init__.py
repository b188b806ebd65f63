"""Detection measured: NAB, reposts, the hot-search archive, outbreaks, the promise, speed."""

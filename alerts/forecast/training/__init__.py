"""Fits the forecast from labelled cascades; needs scikit-learn, which what ships does not."""

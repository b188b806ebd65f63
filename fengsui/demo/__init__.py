"""Three made-up weeks of two made-up brands, in the shapes that the sources really send."""

from fengsui.demo.generator import SampleFiles, generate

__all__ = ["SampleFiles", "generate"]

"""The time line of an incident, in the terminal and as a picture."""

from fengsui.chart.png import png_chart
from fengsui.chart.terminal import terminal_chart
from fengsui.chart.timeline import Timeline

__all__ = ["Timeline", "png_chart", "terminal_chart"]

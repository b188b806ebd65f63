"""The pages, one module each: read by `fengsui.views`, written by a template."""

"""The five dashboards, one a module, and what several of them show."""

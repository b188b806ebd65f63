"""Who may see the page and act on it: keys, sessions, forms and logins."""

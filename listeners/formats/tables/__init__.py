"""Tables of any tool: by a mapping of their columns, the user's own or a shipped one."""

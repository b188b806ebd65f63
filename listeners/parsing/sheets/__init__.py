"""Tables of workbooks and of databases, read from memory and within bounds."""

"""Ask hosts politely: pace requests across processes, rest after refusals, check each answer."""

"""Who is asked when: rotas, calendars, and the steps while nobody has an incident."""

"""Commands that look after what is kept: stores, copies, people's data, quarantine."""

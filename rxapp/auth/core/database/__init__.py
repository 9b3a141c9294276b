"""The database: its tables, how it is reached, and what happens while it is away."""

"""The database: its tables, its connections, its migrations, and its outages."""

"""Who somebody is: their name, their roles, and what they come from."""

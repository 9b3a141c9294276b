"""What can be set, within which bounds, and what production refuses."""

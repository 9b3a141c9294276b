"""This app's own pages."""

"""The example app: its pages, customers, API and demo data."""

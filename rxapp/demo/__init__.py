"""What is only the example's: its pages, customers, API and demo data."""

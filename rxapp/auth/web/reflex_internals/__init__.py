"""What relies on Reflex's inner workings."""

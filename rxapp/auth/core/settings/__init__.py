"""The settings, their bounds, and the checks that production makes of them."""

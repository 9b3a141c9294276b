"""The pictures of the README and the guide: `make pictures` makes them all anew, in a real browser."""

"""What is done now and then: pruning, changing keys, moving users over."""

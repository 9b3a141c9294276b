"""What a handler sends to the page as code, under a policy that forbids to evaluate code."""

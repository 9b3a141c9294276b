"""The rules of e-mail."""

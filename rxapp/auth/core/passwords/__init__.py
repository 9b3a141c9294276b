"""Passwords: hashing, the policy for new ones, and links for setting one."""

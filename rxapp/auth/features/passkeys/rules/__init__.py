"""The rules of passkeys. They know no framework."""

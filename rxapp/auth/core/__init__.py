"""The rules of signing in, without any framework: one folder for each noun of the field."""

"""Further ways to prove who one is, or to hand access on: one folder each, with a `FEATURE` that says what it adds.

In each folder: `rules.py` imports the core only, `routes.py` and `commands.py` also HTTP, `pages.py` also the adapter to Reflex.
"""

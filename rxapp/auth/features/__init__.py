"""Features: further ways to prove an identity or to delegate access. Each has one folder, and its `FEATURE` says what it adds.

In each folder, `rules.py` imports the core only, `routes.py` also `http`, `commands.py` also `cli`, `checks.py` also `doctor`,
and `pages.py` also `web`. `rxapp/auth/core/features.py` has the contract, and CONTRIBUTING.md says how to add one.

`new_password` is a login stage with a route and pages. For a second factor, copy it with `is_proof = True` and an `order` below
50; `tests/core/login/test_stages.py` has the shortest one. `local_auth` imports the users of an app with reflex-local-auth.
"""

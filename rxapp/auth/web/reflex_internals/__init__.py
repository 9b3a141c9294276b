"""All that relies on the inside of Reflex, and of what it is made of: Engine.IO, Starlette and granian.

Nothing else imports it or touches a name of it that begins with an underscore; `tests/test_architecture.py` sees to that. What is
relied on is written in `tests/web/reflex_internals/test_what_we_rely_on.py`: when a new Reflex moves something, this says so.
Each reliance has a text of three lines: what it needs, why, and what breaks without it.
"""

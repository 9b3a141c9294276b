"""To whom a page belongs, what its connection has proved, and to whom the work belongs that runs for it.

Who that person is: `auth_state`.
"""

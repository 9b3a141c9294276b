"""`python prepare.py`: the tables and their rows, a user among them."""

import reflex as rx
import reflex_local_auth
from local_auth_app import Customer
from sqlmodel import SQLModel

with rx.session() as db:
    SQLModel.metadata.create_all(db.get_bind())
    password_hash = reflex_local_auth.LocalUser.hash_password("def@123")
    db.add(reflex_local_auth.LocalUser(username="johndoe", password_hash=password_hash, enabled=True))
    db.add_all([Customer(name="John Doe"), Customer(name="Jane Doe")])
    db.commit()

"""rxapp: sign in, stay signed in, be signed out: a Reflex application and, in `rxapp.auth`, the part to lift."""

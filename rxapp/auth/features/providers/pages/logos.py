"""The logos on the buttons that lead to a provider, as SVG. They are for the eye alone: the button's words name the provider.

Their coordinates are rounded to what can be seen at 20 pixels. The marks belong to their owners, whatever the licence of a file.

Where they come from:

- Google: the G of Google's own sign-in button, as in the npm package react-google-button 0.8.0. MIT, (c) Prescott Prue.
- Microsoft: drawn here, with the measures and colours of Microsoft's symbol for sign-in buttons.
- GitHub: the npm package @primer/octicons 19.42.0. MIT, (c) 2026 GitHub Inc.
- Keycloak: the npm package simple-icons 16.37.0. CC0. For this mark it refers to the Linux Foundation's rules for trademarks.
- Authentik: the npm package simple-icons 16.37.0. CC0. It names authentik's repository as the source, which is under MIT.
- Any other OpenID Connect provider: drawn here, in the style of `Icon`.

What their owners ask for:

- Google: always these four colours, never stretched, and a button at least as prominent as the others.
- Microsoft: never altered, beside "Sign in with Microsoft". An organization's account is called "work or school account".
- GitHub: never altered, black or white, less prominent than one's own name, to say that something works with GitHub.
- GitLab: its guidelines allow the name freely, and the logo only to those who have permission. So it has that of any other.
- Keycloak: never altered, no hint of endorsement. The one-coloured mark is official in black and in white.
- Authentik: we found no published rules. Its own orange, not altered.
"""

LOGOS: dict[str, tuple[str, str]] = {
    "google": (
        "0 0 360 360",
        (
            '<path fill="#4285F4" d="M353 184q0-19-3-37H180v70h97q-7 34-36 54v45h58q53-48 54-132"/>'
            '<path fill="#34A853" d="M180 360q74-1 119-44l-58-45a108 108 0 0 1-162-57H19v47c30 59 91 99 161 99"/>'
            '<path fill="#FBBC05" d="M79 214a108 108 0 0 1 0-68V99H19a180 180 0 0 0 0 162z"/>'
            '<path fill="#EA4335" d="M180 72q40 0 69 27l51-52Q254 2 180 0C110 0 49 40 19 99l60 47c14-43 54-74 101-74"/>'
        ),
    ),
    "microsoft": (
        "0 0 21 21",
        (
            '<path fill="#F25022" d="M1 1h9v9H1"/>'
            '<path fill="#7FBA00" d="M11 1h9v9h-9"/>'
            '<path fill="#00A4EF" d="M1 11h9v9H1"/>'
            '<path fill="#FFB900" d="M11 11h9v9h-9"/>'
        ),
    ),
    "github": (
        "0 0 480 480",
        (
            '<path fill="currentColor" d="M205 346c-60-8-102-50-102-105 0-23 9-47 22-63-6-15-5-47 2-60 18-2 42 8 56 21q25-9 '
            "57-9t57 8c14-12 38-22 56-20 7 12 7 44 2 59q22 27 22 64c0 55-42 97-102 104 15 10 25 32 25 56v47c0 14 11 21 25 16 "
            "81-31 145-112 145-213a230 230 0 1 0-460 0c0 100 63 182 149 213 12 5 23-3 23-15l1-36a58 58 0 0 1-22 4c-30 "
            '0-47-16-60-46q-6-19-20-21-8-1-8-5c0-6 9-10 18-10q20 0 36 25 13 19 30 19c11 0 18-4 29-14q10-12 19-19"/>'
        ),
    ),
    "keycloak": (
        "0 0 240 240",
        (
            '<path fill="currentColor" d="M187 12H62L0 120l63 108h124l31-54h22V66h-22zM83 48h21l10 18-31 54 31 54-10 '
            '18H83l-41-72zm63 0h21l41 72-41 72h-21l-11-18 32-54-32-54z"/>'
        ),
    ),
    "authentik": (
        "0 0 240 240",
        (
            '<path fill="#FD4B2D" d="M140 90h-9V75h-12v37H57q6 8 6 11c0 5-15 31-32 31-23 0-38-26-27-45a31 31 0 0 1 27-17c10 '
            "0 19 10 25 18V66a38 38 0 0 1 38-38h108c21 0 38 17 38 38v108a38 38 0 0 1-38 38h-16v-37h-76v37H94a38 38 0 0 "
            '1-38-38v-34h121V75h-16v9h-8v-9h-13zM40 109q-12-10-22 0c-21 20 13 55 33 14z"/>'
        ),
    ),
    "oidc": (
        "0 0 24 24",
        (
            '<path fill="none" stroke="currentColor" stroke-width="1.75" stroke-linecap="round" stroke-linejoin="round" '
            'd="M3 21h18M6 21V4a1 1 0 0 1 1-1h10a1 1 0 0 1 1 1v17M12 8a2 2 0 1 0 0 4 2 2 0 0 0 0-4zM12 12v4"/>'
        ),
    ),
}
"""For each kind of provider the view box and what is drawn in it. `currentColor` is the colour of the text around it."""

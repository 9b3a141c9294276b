"""A link of a navigation, which shows whether its page is the present one."""

import reflex as rx


class NavLink(rx.Component):
    """React Router's own. It has `aria-current="page"` on the page at `to` and on the pages below it, unless with `end`."""

    library = "react-router"
    tag = "NavLink"

    to: rx.Var[str]
    end: rx.Var[bool]


nav_link = NavLink.create

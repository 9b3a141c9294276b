"""A film without a camera: what a person sees, beside what the server knows, what a thief sees, and what a phone sees.

Each picture in it is a screenshot of a real browser. The stage, a page of our own, puts two of them below a sentence.
"""

import base64
import io
from collections.abc import Iterable
from pathlib import Path

from PIL import Image
from playwright.sync_api import Browser, BrowserContext, Locator, Page, expect

from pictures.app import CHROME, PASSWORD, PHONE, PicturesServer
from tests.e2e.conftest import EXPIRED, sign_in, store, stored

NAME = "johndoe"
LEFT, RIGHT, HEIGHT = 560, 352, 404
"""The widths of the two windows of the stage, and their height."""

WIDTH_OF_STAGE, HEIGHT_OF_STAGE = 960, 540
STAGE = Path(__file__).with_name("stage.html")
ORIGIN = (16, 120)
"""Where the left window's page begins on the stage."""

A_WHILE, TO_READ = 900, 2_600
"""Milliseconds."""

STEPS_OF_CURSOR = 5
PARTS_OF_LIFE = 5
"""Of the access token: it is seen so often while it runs down."""

FACTS = ("generation", "seen in use")
OWN = "Your browser"


class Film:
    """The frames so far, and the stage on which the next one is made."""

    def __init__(self, stage: Page) -> None:
        self._stage = stage
        self._cursor = (300, 300)
        self.frames: list[Image.Image] = []
        self.durations: list[int] = []
        stage.goto(STAGE.as_uri())

    def say(self, caption: str, more: str) -> None:
        """The sentences above the windows, from now on."""
        self._stage.evaluate(
            "texts => { for (const [id, text] of Object.entries(texts)) document.getElementById(id).textContent = text }",
            {"caption": caption, "more": more},
        )

    def show(self, window: str, title: str, shots: Iterable[bytes], *, is_padded: bool = False) -> None:
        """These pictures in one of the windows, one below the other."""
        self._stage.evaluate(
            """async ([id, title, pictures, isPadded]) => {
                const window = document.getElementById(id), view = window.querySelector(".view");
                window.hidden = false;
                window.querySelector("p").textContent = title;
                view.classList.toggle("padded", isPadded);
                view.replaceChildren(...pictures.map(data => Object.assign(new Image(), {src: "data:image/png;base64," + data})));
                await Promise.all([...view.children].map(image => image.decode()));
            }""",
            [window, title, [base64.b64encode(shot).decode() for shot in shots], is_padded],
        )

    def point_at(self, target: Locator) -> None:
        """Move the cursor to the middle of something in the left window."""
        box = target.bounding_box()
        goal = (ORIGIN[0] + box["x"] + box["width"] / 2, ORIGIN[1] + box["y"] + box["height"] / 2)
        start = self._cursor
        for step in range(1, STEPS_OF_CURSOR + 1):
            part = step / STEPS_OF_CURSOR
            self._cursor = tuple(round(a + (b - a) * part) for a, b in zip(start, goal, strict=True))
            self._place_cursor()
            self.take(70)

    def press(self) -> None:
        """The cursor gets smaller for a moment."""
        self._place_cursor("pressed")
        self.take(160)
        self._place_cursor()

    def _place_cursor(self, how: str = "") -> None:
        self._stage.evaluate(
            """([[x, y], how]) => {
                const cursor = document.getElementById("cursor");
                cursor.removeAttribute("hidden");
                cursor.setAttribute("class", how);
                Object.assign(cursor.style, {left: x + "px", top: y + "px"});
            }""",
            [self._cursor, how],
        )

    def take(self, milliseconds: int) -> None:
        """A frame of what is on the stage now. One that is like the one before makes that longer."""
        frame = Image.open(io.BytesIO(self._stage.screenshot())).convert("RGB")
        if self.frames and frame.tobytes() == self.frames[-1].tobytes():
            self.durations[-1] += milliseconds
            return
        self.frames.append(frame)
        self.durations.append(milliseconds)

    def save(self, file: Path) -> None:
        """As an animated WebP without loss: pages are flat, so that is smaller than a film."""
        first, *others = self.frames
        first.save(
            file, save_all=True, append_images=others, duration=self.durations, loop=0, lossless=True, quality=100, method=6
        )


def make_film(browser: Browser, server: PicturesServer, file: Path) -> None:
    """Log in, let the access token expire, go on, be robbed, log out everywhere else."""
    with (
        browser.new_context(viewport={"width": WIDTH_OF_STAGE, "height": HEIGHT_OF_STAGE}) as of_stage,
        _browser(browser, server, LEFT) as own,
        _browser(browser, server, RIGHT) as thief,
        _browser(browser, server, RIGHT, PHONE) as phone,
    ):
        film = Film(of_stage.new_page())
        tab = own.new_page()
        _log_in(film, tab)
        _let_it_expire_and_go_on(film, tab, own.new_page(), server)
        _be_robbed(film, tab, thief.new_page())
        _log_out_elsewhere(film, tab, phone.new_page())
        film.save(file)


def _browser(browser: Browser, server: PicturesServer, width: int, user_agent: str = CHROME) -> BrowserContext:
    return browser.new_context(base_url=server.pages_url, viewport={"width": width, "height": HEIGHT}, user_agent=user_agent)


def _shot(page: Page) -> bytes:
    return page.screenshot(animations="disabled")


def _own(film: Film, tab: Page, milliseconds: int) -> None:
    film.show("left", OWN, [_shot(tab)])
    film.take(milliseconds)


def _log_in(film: Film, tab: Page) -> None:
    tab.goto("customers")
    name, password, button = tab.get_by_label("Username"), tab.get_by_label("Password"), tab.get_by_role("button", name="Log in")
    expect(button).to_be_visible()
    button.scroll_into_view_if_needed()
    film.say("You log in.", "The browser gets two tokens, and makes a key that no script can read.")
    _own(film, tab, A_WHILE)
    for field, text in ((name, NAME), (password, PASSWORD)):
        field.focus()
        for letter in text:
            tab.keyboard.type(letter)
            _own(film, tab, 90)
    film.point_at(button)
    film.press()
    button.click()
    expect(tab.get_by_text("Jane Doe")).to_be_visible()
    tab.mouse.wheel(0, HEIGHT)
    tab.wait_for_function("() => scrollY > 0")
    _own(film, tab, TO_READ)


def _let_it_expire_and_go_on(film: Film, tab: Page, inspector: Page, server: PicturesServer) -> None:
    inspector.set_viewport_size({"width": RIGHT, "height": HEIGHT})
    inspector.goto("dev/session")
    expect(_fact(inspector, "generation")).to_contain_text("0")
    film.say(
        "The access token lives for five minutes.",
        "On the right: what the server knows of your session. Time runs faster here.",
    )
    _known(film, inspector, TO_READ)
    for _ in range(PARTS_OF_LIFE):
        before = _seconds_left(inspector)
        server.move_clock(EXPIRED / PARTS_OF_LIFE)
        while _seconds_left(inspector) > max(0, before - EXPIRED // PARTS_OF_LIFE):
            inspector.wait_for_timeout(50)
        _known(film, inspector, 250)
    film.say("It has expired.", "At your next click both tokens are exchanged for new ones.")
    _known(film, inspector, TO_READ)
    customer, add = tab.get_by_label("New customer"), tab.get_by_role("button", name="Add", exact=True)
    customer.fill("Ada Lovelace")
    _own(film, tab, A_WHILE)
    film.point_at(add)
    film.press()
    add.click()
    expect(tab.get_by_text("Ada Lovelace was added.")).to_be_visible()
    expect(_fact(inspector, "generation")).to_contain_text("1")
    film.say("You click, and it goes on.", "Both tokens are new (generation 1), the old ones are spent, and you noticed nothing.")
    film.show("left", OWN, [_shot(tab)])
    _known(film, inspector, TO_READ)


def _ring(inspector: Page) -> Locator:
    return inspector.get_by_role("region", name="Access token").locator("svg + div")


def _seconds_left(inspector: Page) -> int:
    return int(_ring(inspector).locator("p").first.inner_text().split()[0])


def _fact(inspector: Page, name: str) -> Locator:
    return inspector.locator("dl > div").filter(has=inspector.get_by_text(name, exact=True))


def _known(film: Film, inspector: Page, milliseconds: int) -> None:
    facts = [_fact(inspector, name).locator(part).first for name in FACTS for part in ("dt", "dd > span")]
    parts = [_ring(inspector).locator(".."), *facts]
    film.show("right", "What the server knows", [part.screenshot(animations="disabled") for part in parts], is_padded=True)
    film.take(milliseconds)


def _be_robbed(film: Film, tab: Page, thief: Page) -> None:
    thief.goto("login")
    expect(thief.get_by_role("button", name="Log in")).to_be_visible()
    store(thief, stored(tab))
    film.say("Somebody copies your two tokens.", "Another browser, with your tokens in its local storage.")
    film.show("right", "The thief's browser", [_shot(thief)])
    film.take(TO_READ)
    thief.goto("customers")
    refusal = thief.get_by_role("status").filter(has_text="made for another device")
    expect(refusal).to_be_visible()
    film.say("The copy is refused.", "The thief has the tokens and not the key. You stay logged in.")
    film.show("right", "The thief's browser", [_shot(thief)])
    film.take(TO_READ)


def _log_out_elsewhere(film: Film, tab: Page, phone: Page) -> None:
    sign_in(phone, NAME, to="/customers")
    expect(phone.get_by_text("Jane Doe")).to_be_visible()
    tab.goto("account/sessions")
    end = tab.get_by_role("button", name="End all others")
    expect(end).to_be_visible()
    end.scroll_into_view_if_needed()
    film.say("You forgot to log out on a phone?", "Your sessions, on whichever device they are.")
    film.show("right", "The phone", [_shot(phone)])
    _own(film, tab, TO_READ)
    film.point_at(end)
    film.press()
    end.click()
    expect(phone.get_by_role("status").filter(has_text="Your session was ended.")).to_be_visible()
    expect(end).not_to_be_visible()
    film.say("One click, and it is out.", "Every open page leaves within a second, and the tokens are worth nothing at once.")
    film.show("right", "The phone", [_shot(phone)])
    _own(film, tab, TO_READ + A_WHILE)

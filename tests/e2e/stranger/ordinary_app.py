"""An ordinary app: a theme of Radix, toasts, dialogs and scripts, as an author writes them who has not thought of any policy."""

import reflex as rx

from rxapp.auth import web as auth

FAR_IMAGE = "https://images.example.com/far.png"
UPLOADED = rx.get_upload_dir()
INLINE_SCRIPT = "document.documentElement.dataset.inline = 'ran'"
FONT = "data:font/woff2;base64,d09GMgABAAAAAA"


class OrdinaryState(rx.State):
    heard: str = ""

    @auth.event(public=True)
    def toast(self):
        return rx.toast.success('Saved "all" of it: <b>é</b>', description="As you wanted.", duration=60_000)

    @auth.event(public=True)
    def toast_with_undo(self):
        return rx.toast("Deleted", action={"label": "Undo", "on_click": OrdinaryState.hear("undone")}, duration=60_000)

    @auth.event(public=True)
    def alert(self):
        return rx.window_alert("Be careful")

    @auth.event(public=True)
    def scroll(self):
        return rx.scroll_to("end")

    @auth.event(public=True)
    def download(self):
        (UPLOADED / "a-file.txt").write_text("what was uploaded")
        return rx.download(rx.get_upload_url("a-file.txt"), filename="kept.txt")

    @auth.event(public=True)
    def call_with_answer(self):
        return rx.call_function("() => 6", callback=OrdinaryState.hear_number)

    @auth.event(public=True)
    def call_script(self):
        return rx.call_script("document.title = 'scripted'")

    @auth.event(public=True)
    def fail(self):
        raise ValueError("made to fail")

    @auth.event(public=True)
    def hear(self, text: str):
        self.heard = text

    @auth.event(public=True)
    def hear_number(self, number: int):
        self.heard = f"the answer is {number}"


@rx.page("/")
def index():
    names = ("toast", "toast_with_undo", "alert", "scroll", "download", "call_with_answer", "call_script", "fail")
    return rx.container(
        rx.heading("Ordinary"),
        *(rx.button(name.replace("_", " "), on_click=getattr(OrdinaryState, name)) for name in names),
        rx.text(OrdinaryState.heard, id="heard"),
        rx.text(rx.cond(auth.AuthState.status == auth.IN, f"Here is {auth.AuthState.display_name}", "Nobody"), id="who"),
        rx.box(height="300vh"),
        rx.text("The end", id="end"),
    )


@rx.page("/pictures")
def pictures():
    font = f"@font-face {{ font-family: Own; src: url({FONT}) }} p {{ font-family: Own }}"
    return rx.box(
        rx.el.style(font),
        rx.image(src=FAR_IMAGE, alt="far"),
        rx.image(src=rx.get_upload_url("own.png"), alt="own"),
        rx.text("In a font of its own"),
    )


@rx.page("/scripted")
def scripted():
    return rx.box(rx.script(INLINE_SCRIPT), rx.text("Scripted"))


@auth.page("/private")
def private():
    return rx.text("Private")


def drafts():
    return rx.text("Drafts")


app = rx.App(theme=rx.theme(accent_color="grass", radius="large"))
auth.install_auth(app)
app.add_page(auth.guarded(drafts, roles=["Editor"]), route="/drafts")

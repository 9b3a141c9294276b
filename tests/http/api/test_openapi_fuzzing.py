"""Whatever schemathesis makes out of the OpenAPI document and sends: no 5xx, and no answer that the document does not name."""

from collections import Counter
from functools import partial
from http import HTTPStatus

import pytest
import schemathesis
from fastapi import FastAPI
from fastapi.responses import JSONResponse, PlainTextResponse
from schemathesis import GenerationMode
from schemathesis.config import SchemathesisConfig
from schemathesis.engine import events, from_schema
from schemathesis.engine.run import PhaseName

from rxapp.auth import AuthService, oidc
from rxapp.auth.core.errors import AuthError
from rxapp.auth.features.new_password.rules import begin_by_link
from rxapp.auth.http.api.app import create_api
from rxapp.auth.http.runtime.service import use_service
from rxapp.demo import api as customers_api
from rxapp.demo.demo_data import add_demo_data

SEED = 5
EXAMPLES = 8
"""For each operation and phase; `make test-thorough` makes more."""

SECRETS = ("username", "password", "accessToken", "refreshToken", "currentPassword", "newPassword")

GENUINE_EACH = 3
"""Of the bodies that fit the document, one in so many is made a genuine one: chance alone guesses no password and no token."""

PHASES = {PhaseName.EXAMPLES, PhaseName.COVERAGE, PhaseName.FUZZING, PhaseName.STATEFUL_TESTING}

OFF = {"enabled": False}

CONFIG = {
    "seed": SEED,
    "continue-on-failure": True,
    "suppress-health-check": ["filter_too_much"],  # for the name of a provider most that it makes is no path
    "generation": {"deterministic": True, "no-shrink": True, "database": "none"},
    "phases": {"examples": {"fill-missing": True}},
    # A password or a token that fits the document and is wrong is refused all the same.
    "checks": {
        "positive_data_acceptance": OFF,
        # A text that is too long, written in escapes, makes a body that is too large (413).
        "negative_data_rejection": {"expected-statuses": [400, 401, 403, 404, 405, 406, 409, 413, 415, 422, 428, 429, "5xx"]},
    },
    "operations": [
        # To other methods "records" is a customer's id, and a malformed one.
        {"include-name": "GET /api/customers/records", "checks": {"unsupported_method": OFF, "allow_header_conformance": OFF}},
        # It puts genuine tokens, which it has from answers, in place of those that it made wrong, and expects a refusal still.
        {"include-name": "POST /api/token/refresh", "checks": {"negative_data_rejection": OFF}},
    ],
}


class Caller:
    """A manager and administrator who signs in again whenever a call has ended the session or changed the password."""

    name = "fuzzer"

    def __init__(self, service: AuthService) -> None:
        self._service = service
        self._passwords = ["twelve purple staircases", "eleven yellow staircases"]
        """The one that stands, as far as is known, and the one that it may be changed to."""
        self._bodies = Counter()
        self._pair = None
        service.create_user(self.name, self._passwords[0], roles=["Manager", "Admin"])

    def pair(self):
        """Of a session that stands."""
        try:
            self._service.verify_access(self._pair.access_token)
        except (AuthError, AttributeError):
            self._pair = self._log_in()
        return self._pair

    def _log_in(self):
        try:
            return self._service.log_in(self.name, self._passwords[0])
        except AuthError:
            self._passwords.reverse()
            return self._service.log_in(self.name, self._passwords[0])

    def get(self, case, context):
        return self.pair().access_token

    def set(self, case, token, context):
        case.headers["Authorization"] = f"Bearer {token}"

    def make_genuine(self, context, case):
        """Put what opens the operation into a body that fits the document, now and then."""
        modes = [case.meta.generation.mode, *(part.mode for part in case.meta.components.values())] if case.meta else [None]
        is_filled = all(mode is GenerationMode.POSITIVE for mode in modes) and isinstance(case.body, dict)
        secrets = [name for name in (*SECRETS, "pendingLogin", "answers", "address") if is_filled and name in case.body]
        if secrets:
            self._bodies[case.operation.label] += 1
            if self._bodies[case.operation.label] % GENUINE_EACH == 0:
                genuine = self._genuine()
                case.headers.pop("DPoP", None)
                case.body = case.body | {name: genuine[name] for name in secrets}  # another dict: the one given is used again
        return case

    def _genuine(self) -> dict[str, str]:
        pair = self._pair = self._log_in()
        password, other = self._passwords
        values = (self.name, password, pair.access_token, pair.refresh_token, password, other)
        return dict(zip(SECRETS, values, strict=True)) | {
            "answer": password,
            "pendingLogin": self._pending(),
            "answers": {"newPassword": other},
            "address": "fuzzer@example.com",
        }

    def _pending(self) -> str:
        """A login by a link, which goes on with a new password."""
        user = self._service.administration.find_user(self.name)
        return begin_by_link(self._service, self._service.administration.issue_password_link(user.id)).pending_login


def provider_of(caller: Caller) -> type:
    class Provider:
        get = staticmethod(caller.get)
        set = staticmethod(caller.set)

    return Provider


class Run:
    """What came of it: the phases that were run, the answers by operation and status, and what was wrong."""

    def __init__(self, api: FastAPI, caller: Caller | None = None, examples: int = EXAMPLES, **config) -> None:
        config = CONFIG | {"generation": CONFIG["generation"] | {"max-examples": examples}} | config
        schema = schemathesis.openapi.from_asgi("/openapi.json", api, config=SchemathesisConfig.from_dict(config))
        if caller is not None:
            schema.auth(refresh_interval=None)(provider_of(caller))
            schema.hook("map_case")(partial(caller.make_genuine))
        self.operations = {operation.ok().label for operation in schema.get_all_operations()}
        self.phases: set[PhaseName] = set()
        self.answers: Counter[tuple[str, int]] = Counter()
        self.faults: list[str] = []
        for event in from_schema(schema).execute():
            self._note(event)

    def _note(self, event) -> None:
        if isinstance(event, events.FatalError):
            raise event.exception
        if isinstance(event, events.NonFatalError):
            self.faults.append(f"{event.label}: {event.value!r}")
        if isinstance(event, events.ScenarioFinished):
            self._note_scenario(event)

    def _note_scenario(self, event) -> None:
        recorder = event.recorder
        if recorder.interactions:
            self.phases.add(event.phase)
        for case_id, interaction in recorder.interactions.items():
            if interaction.response is None:
                self.faults.append(f"{recorder.label}: no answer")
            else:
                self.answers[recorder.cases[case_id].value.operation.label, int(interaction.response.status_code)] += 1
        for checks in recorder.checks.values():
            for check in checks:
                if (info := check.failure_info) is not None:
                    self.faults.append(f"{check.name}: {info.failure}\n{info.code_sample}")

    def statuses(self, operation: str) -> set[int]:
        return {status for label, status in self.answers if label == operation}


NOWHERE = oidc("acme", issuer="http://127.0.0.1:1", client_id="rxapp", client_secret="s")
PROVIDERS = {"providers": (NOWHERE,), "api_url": "http://testserver", "provider_page": "http://testserver/provider-login"}
"""One that never answers."""


@pytest.fixture
def api(service):
    add_demo_data(service)
    use_service(service)
    api = create_api(service.settings)
    api.include_router(customers_api.router)
    return api


@pytest.fixture
def service(settings, sqlite_database, clock):
    changes = {"passkey_origins": ("https://example.org",), "email": "optional", "email_codes": True, **PROVIDERS}
    return AuthService(settings.model_copy(update=changes), sqlite_database, clock)


@pytest.mark.parametrize("examples", [EXAMPLES, pytest.param(20, marks=[pytest.mark.thorough, pytest.mark.timeout(900)])])
def test_in_all_phases_no_answer_is_a_5xx_and_each_is_documented(api, service, examples):
    run = Run(api, Caller(service), examples)
    assert not run.faults, f"{len(run.faults)} faults, the first:\n" + "\n\n".join(run.faults[:5])
    assert run.phases == PHASES
    assert {operation for operation, _ in run.answers} == run.operations
    without_success = {operation for operation in run.operations if min(run.statuses(operation)) >= HTTPStatus.BAD_REQUEST}
    never = {
        "POST /api/auth/login/link",
        "POST /api/auth/passkeys/login",
        "POST /api/auth/second-factor",
        "POST /api/auth/second-factor/enrolment",
        "POST /api/auth/confirm/{method}",
        "POST /api/auth/confirm/second-factor",
        "DELETE /api/trusted-devices/{device_id}",
        "POST /api/auth/email/address",
        "POST /api/auth/email/login",
        "POST /api/auth/email/not-me",
        "POST /api/auth/email/undo",
        "POST /api/auth/confirm/email/code",
        "POST /api/account/email/confirm",
        "DELETE /api/account/email",
        "POST /api/auth/providers/login",
        "POST /api/auth/providers/{name}/backchannel-logout",
        "POST /api/account/providers",
        "DELETE /api/account/providers/{link_id}",
    }  # a link does not suffice; no code or signature is ever hit upon, so no device is trusted, and no address confirmed
    assert without_success == never, "each other was also called with what it wants"
    assert run.answers.total() > 400


@pytest.mark.parametrize("check", ["not_a_server_error", "status_code_conformance", "content_type_conformance"])
def test_what_is_not_documented_would_be_noticed(check):
    """So that the test above can fail."""
    answers = {
        "not_a_server_error": JSONResponse({}, HTTPStatus.INTERNAL_SERVER_ERROR),
        "status_code_conformance": JSONResponse({}, HTTPStatus.IM_A_TEAPOT),
        "content_type_conformance": PlainTextResponse("tea"),
    }
    api = FastAPI()

    @api.get("/teapot")
    async def teapot() -> dict:
        return answers[check]

    faults = Run(api, phases={phase: {"enabled": phase == "fuzzing"} for phase in ("coverage", "fuzzing", "stateful")}).faults
    assert check in {fault.partition(":")[0] for fault in faults}

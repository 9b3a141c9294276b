"""A provider that lies lets nobody in: what it publishes, what it answers, and what its tokens say."""

import secrets
import time
import tracemalloc
from functools import partial
from threading import Event

import pytest

from rxapp.auth.features.providers.client import outgoing
from tests.api_in_process import bearer
from tests.features.providers.conftest import PAGE, come_back, fragment_of, start
from tests.features.providers.liar import (
    CLIENT_ID,
    DISCOVERY,
    JWKS,
    KID,
    PERSON,
    SECRET,
    TOKEN,
    USERINFO,
    Answer,
    another_key,
    bomb,
    encoded,
    half_hash,
    hmac_signed,
    jwk,
    liars,
    new_key,
    pem,
    signed,
    told,
    unsigned,
)
from tests.features.providers.refusals import (
    REFUSAL,
    UNAVAILABLE,
    begin,
    exchange,
    nobody_let_in,
    refusals,
    rows,
    settings_naming,
    try_to_log_in,
)
from tests.hostile_texts import CPU_SECONDS

SURROGATE = "\ud800"
NESTED = b"[" * 100_000
TWO_FACTORS = {"two_factors_amr": "mfa", "two_factors_acr": "gold"}
LONG = 10**400
"""Python has no float for it."""


@pytest.fixture(scope="module")
def the_liar():
    with liars(1) as [liar]:
        yield liar


@pytest.fixture
def liar(the_liar):
    the_liar.tell_the_truth()
    return the_liar


@pytest.fixture(scope="module")
def settings(the_liar):
    return settings_naming({"liar": the_liar}, liar={"roles": {"boss": "Admin"}} | TWO_FACTORS)


def published(*keys, signing, algorithm, kid=KID):
    """A lie about keys: these are published, and with that one is signed."""

    def tell(liar, claims):
        liar.keys = [*keys]
        return signed(claims, signing, algorithm, kid=kid)

    return tell


def signed_with_the_public_key(liar, claims):
    return hmac_signed(claims, pem(liar.key))


def embedding(liar, claims, **members):
    """Signed by a key that the token itself brings."""
    return signed(claims, another_key(), "RS256", kid=KID, **members)


def cut_in_two(liar, claims):
    return liar.sign(claims).rpartition(".")[0]


def with_other_claims(liar, claims):
    header, _, signature = liar.sign(claims).split(".")
    return f"{header}.{liar.sign(claims | {'sub': 'johndoe'}).split('.')[1]}.{signature}"


def with_a_private_key(liar, claims):
    liar.keys = [jwk(liar.key, private=True, kid=KID)]
    return liar.sign(claims)


def with_a_key_for_another_algorithm(liar, claims):
    liar.keys = [jwk(liar.key, kid=KID, alg="RS512")]
    return liar.sign(claims)


def with_a_private_key_of_nobody(liar, claims):
    """From n and d of any size PyJWT computes the primes, which there may not be."""
    n, d = (encoded((1 << 8191 | secrets.randbits(8191) | 1).to_bytes(1024)) for _ in range(2))
    liar.keys = [{"kty": "RSA", "kid": KID, "n": n, "e": "AQAB", "d": d}]
    return liar.sign(claims)


def without_keys(liar, claims):
    liar.keys = []
    return liar.sign(claims)


def with_junk_for_keys(liar, claims):
    junk = {"kty": ["RSA"], "n": 5}, {"kty": "RSA", "n": "!", "e": None}, {"kty": "EC", "crv": [], "x": {}, "y": 1}, {}, 7, "key"
    liar.keys = [each | {"kid": KID} if isinstance(each, dict) else each for each in junk]
    return liar.sign(claims)


def with_a_point_beside_the_curve(liar, claims):
    key = new_key("ES256")
    liar.keys = [jwk(key, kid=KID) | {"y": "A" * 43}]
    return signed(claims, key, "ES256", kid=KID)


def with_its_first_kid_twice(liar, claims):
    liar.keys = [jwk(another_key(), kid=KID)]
    return liar.sign(claims)


def with_a_key_for(use):
    def tell(liar, claims):
        liar.keys = [jwk(liar.key, kid=KID) | use]
        return liar.sign(claims)

    return tell


def raw(text):
    return lambda liar, claims: text


SMALL, CURVE, OTHER_CURVE = new_key("RS256", 1024), new_key("ES256"), new_key("ES384")

ID_TOKENS = {
    "no signature, and the algorithm none": (lambda liar, claims: unsigned(claims), "alg"),
    "no signature, and the algorithm None": (lambda liar, claims: unsigned(claims, "None"), "alg"),
    "no signature, and a good algorithm": (lambda liar, claims: unsigned(claims, "RS256"), "signature"),
    "no algorithm": (lambda liar, claims: unsigned(claims, None), "alg"),
    "an algorithm that is a list": (lambda liar, claims: unsigned(claims, ["RS256"]), "alg"),
    "HS256 with the public key": (signed_with_the_public_key, "alg"),
    "HS256 with the client's secret": (lambda liar, claims: hmac_signed(claims, SECRET.encode()), "alg"),
    "HS256 with a published secret": (
        published({"kty": "oct", "k": "c2VjcmV0", "kid": KID, "alg": "HS256"}, signing=b"secret" * 8, algorithm="HS256"),
        "alg",
    ),
    "somebody else's signature": (lambda liar, claims: signed(claims, another_key(), "RS256", kid=KID), "signature"),
    "other claims than were signed": (with_other_claims, "signature"),
    "no third part": (cut_in_two, "it is no signed token"),
    "five parts, as if encrypted": (raw("a.b.c.d.e"), "it is no signed token"),
    "no text at all": (raw(""), "it is no signed token"),
    "a header that is no JSON": (raw("e30x.e30.AA"), "header"),
    "a header that is a list": (raw("W10.e30.AA"), "header"),
    "a header that is nested without end": (raw(f"{encoded(b'[' * 8_000)}.e30.AA"), "header"),
    "a header of strange letters": (raw("ää.e30.AA"), "header"),
    "20 KB": (told(padding="x" * 20_000), "it is no signed token"),
    "claims that are a list": (lambda liar, claims: liar.sign(b"[]"), "signature"),
    "claims that are nested without end": (lambda liar, claims: liar.sign(b'{"a":' * 1_500), "signature"),
    "crit": (lambda liar, claims: liar.sign(claims, crit=["exp"]), "header"),
    "crit of something that PyJWT knows": (lambda liar, claims: liar.sign(claims, crit=["b64"], b64=False), "header"),
    "an unencoded payload": (lambda liar, claims: unsigned(claims, "RS256", b64=False), "signature"),
    "a kid that nobody knows": (lambda liar, claims: liar.sign(claims, kid="unknown"), "kid"),
    "a kid that is a number": (lambda liar, claims: unsigned(claims, "RS256", kid=5), "kid"),
    "a kid that is a path": (lambda liar, claims: liar.sign(claims, kid="../../dev/null"), "kid"),
    "a key in its own header": (lambda liar, claims: embedding(liar, claims, jwk=jwk(another_key())), "signature"),
    "a key at an address in its header": (lambda liar, claims: embedding(liar, claims, jku=liar.url + JWKS), "signature"),
    "a key for encryption": (with_a_key_for({"use": "enc"}), "kid"),
    "a key that may only encrypt": (with_a_key_for({"key_ops": ["encrypt"]}), "kid"),
    "a key for another algorithm": (with_a_key_for_another_algorithm, "kid"),
    "a key of 1024 bits": (published(jwk(SMALL, kid=KID), signing=SMALL, algorithm="RS256"), "signature"),
    "a key of another kind": (published(jwk(CURVE, kid=KID), signing=another_key(), algorithm="RS256"), "signature"),
    "a key on another curve": (published(jwk(OTHER_CURVE, kid=KID), signing=CURVE, algorithm="ES256"), "signature"),
    "a key that is no point of the curve": (with_a_point_beside_the_curve, "signature"),
    "no keys": (without_keys, "kid"),
    "junk for keys": (with_junk_for_keys, "signature"),
    "another key of that name": (with_its_first_kid_twice, "signature"),
    "iss of somebody else": (told(iss="https://accounts.google.com"), "iss"),
    "iss with a slash more": (lambda liar, claims: liar.sign(claims | {"iss": f"{liar.url}/"}), "iss"),
    "iss that is a list": (lambda liar, claims: liar.sign(claims | {"iss": [liar.url]}), "iss"),
    "no iss": (told(iss=None), "iss"),
    "aud of another client": (told(aud="another"), "aud"),
    "aud that only begins so": (told(aud=f"{CLIENT_ID}2"), "aud"),
    "no aud": (told(aud=None), "aud"),
    "aud that is an object": (told(aud={CLIENT_ID: True}), "aud"),
    "aud of two, without azp": (told(aud=[CLIENT_ID, "another"]), "azp"),
    "aud of two, with azp of the other": (told(aud=[CLIENT_ID, "another"], azp="another"), "azp"),
    "azp of another client": (told(azp="another"), "azp"),
    "azp that is a list": (told(azp=[CLIENT_ID]), "azp"),
    "no nonce": (told(nonce=None), "nonce"),
    "another nonce": (told(nonce="another"), "nonce"),
    "an empty nonce": (told(nonce=""), "nonce"),
    "a nonce that is a list": (lambda liar, claims: liar.sign(claims | {"nonce": [claims["nonce"]]}), "nonce"),
    "a nonce of half a character": (told(nonce=SURROGATE), "nonce"),
    "exp before a minute and more": (lambda liar, claims: liar.sign(claims | {"exp": time.time() - 90}), "exp"),
    "no exp": (told(exp=None), "exp"),
    "exp that is a text": (told(exp="9999999999"), "exp"),
    "exp that is true": (told(exp=True), "exp"),
    "exp that is no number": (told(exp=float("nan")), "exp"),
    "exp that is infinite": (told(exp=float("inf")), "exp"),
    "exp that is huge": (told(exp=LONG), "exp"),
    "iat in more than a minute": (lambda liar, claims: liar.sign(claims | {"iat": time.time() + 90}), "iat"),
    "no iat": (told(iat=None), "iat"),
    "iat that is a text": (told(iat="1"), "iat"),
    "nbf in more than a minute": (lambda liar, claims: liar.sign(claims | {"nbf": time.time() + 90}), "nbf"),
    "at_hash of another access token": (told(at_hash=half_hash("another")), "at_hash"),
    "at_hash that is a number": (told(at_hash=5), "at_hash"),
}

ACCOUNTS = {
    "no sub": told(sub=None),
    "an empty sub": told(sub=""),
    "sub that is a number": told(sub=7),
    "sub that is a list": told(sub=["johndoe"]),
    "sub of 256 characters": told(sub="s" * 256),
}


def params(cases):
    """Of a dict: the names are those of the tests."""
    made = []
    for name, case in cases.items():
        is_marked = hasattr(case, "marks")
        values = case.values if is_marked else case if isinstance(case, tuple) else (case,)
        made.append(pytest.param(*values, marks=case.marks if is_marked else (), id=name))
    return made


def test_whoever_tells_the_truth_is_believed(client, liar, served):
    came = try_to_log_in(client, liar)
    assert exchange(client, came["ticket"]).status_code == 200
    assert refusals(served) == []


def test_nobody_is_asked_to_pack_an_answer(client, liar):
    liar.id_token = partial(told(name=None), liar)
    assert "ticket" in try_to_log_in(client, liar)
    assert {each.path: each.headers["accept-encoding"] for each in liar.asked} == dict.fromkeys(
        (DISCOVERY, JWKS, TOKEN, USERINFO), "identity"
    )


def test_a_private_key_that_is_published_by_mistake_is_read_as_a_public_one(client, liar):
    liar.id_token = partial(with_a_private_key, liar)
    assert "ticket" in try_to_log_in(client, liar)


@pytest.mark.parametrize("algorithm", ["RS256", "PS512", "ES256", "ES384", "EdDSA"])
def test_a_signature_is_believed_of_each_kind_of_key(client, liar, algorithm):
    key = new_key(algorithm)
    liar.keys = [jwk(another_key(), kid="old"), jwk(key, kid="new", alg=algorithm, use="sig")]
    liar.id_token = partial(liar.sign, key=key, algorithm=algorithm, kid="new")
    assert "ticket" in try_to_log_in(client, liar)


def test_clocks_may_differ_by_less_than_a_minute(client, liar):
    now = time.time()
    liar.id_token = partial(told(iat=now + 50, nbf=now + 50, exp=now - 50), liar)
    assert "ticket" in try_to_log_in(client, liar)


def test_at_hash_of_the_access_token_is_believed(client, liar):
    liar.id_token = partial(told(at_hash=half_hash("an access token")), liar)
    assert "ticket" in try_to_log_in(client, liar)


@pytest.mark.parametrize(("lie", "why"), params(ID_TOKENS))
def test_an_id_token_is_refused_with(client, liar, served, lie, why):
    liar.id_token = partial(lie, liar)
    with nobody_let_in(served, f"liar: {why}"):
        assert try_to_log_in(client, liar) == {"error": REFUSAL, "for": "login"}


@pytest.mark.parametrize("lie", params(ACCOUNTS))
def test_nobody_comes_in_by_an_id_token_with(client, liar, served, lie):
    liar.id_token = partial(lie, liar)
    with nobody_let_in(served, "liar: sub"):
        assert try_to_log_in(client, liar) == {"error": REFUSAL, "for": "login"}


def test_nobody_waits_while_a_published_private_key_is_computed_with(client, liar, served):
    liar.id_token = partial(with_a_private_key_of_nobody, liar)
    location = liar.log_in(start(client, begin(client, "liar")))
    before = time.process_time()
    assert come_back(client, location)["error"] == REFUSAL
    assert time.process_time() - before < CPU_SECONDS


TOKENS = {
    "400 with an error": (Answer({"error": "invalid_grant"}, 400), REFUSAL, "the code was refused ('invalid_grant')"),
    "400 with a strange error": (Answer({"error": "\x00\n" * 99}, 400), REFUSAL, "the code was refused"),
    "400 with an error that is a list": (Answer({"error": [SURROGATE]}, 400), REFUSAL, "the code was refused"),
    "400 with a list": (Answer([], 400), REFUSAL, "the code was refused"),
    "200 with an error": (Answer({"error": "bad_verification_code"}), REFUSAL, "the code was refused"),
    "200 with a list": (Answer([]), REFUSAL, "the code was refused"),
    "200 with null": (Answer(None), REFUSAL, "the code was refused"),
    "no ID token": (Answer({"access_token": "a"}), REFUSAL, "it is no signed token"),
    "an ID token that is a list": (Answer({"id_token": ["a.b.c"]}), REFUSAL, "it is no signed token"),
    "401 for our credentials": (Answer({"error": "invalid_client"}, 401), UNAVAILABLE, "own credentials"),
    "401 in HTML": (Answer(b"<html>", 401), UNAVAILABLE, "something else than JSON"),
    "429": (Answer({"error": "slow_down"}, 429), UNAVAILABLE, "429"),
}

ANSWERS = {
    "500": (Answer({}, 500), "the status 500"),
    "a redirect to elsewhere": (Answer(status=302, headers={"Location": "https://elsewhere.example/"}), "the status 302"),
    "a redirect to itself": (Answer(status=307, headers={"Location": "/token"}), "the status 307"),
    "304": (Answer(b"", 304), "the status 304"),
    "nothing": (Answer(b""), "something else than JSON"),
    "HTML": (Answer(b"<html><script>"), "something else than JSON"),
    "half of a JSON": (Answer(b'{"a":'), "something else than JSON"),
    "bytes that are no text": (Answer(b"\xff\xfe\x00\xd8"), "something else than JSON"),
    "lists without end": (Answer(NESTED), "something else than JSON"),
    "a number without end": (Answer(b"1" * 10_000), "something else than JSON"),
    "too many bytes": (Answer(b" " * (outgoing.MAXIMUM_BYTES + 1)), "more than"),
    "a bomb": (bomb(2), "answers packed"),
    "no gzip that calls itself so": (Answer(b"{}", headers={"Content-Encoding": "gzip"}), "answers packed"),
    "less than it announced": (Answer({"a": "b"}, cut_at=3), "cannot be reached"),
    "a closed connection": (Answer(status=None), "cannot be reached"),
    "a header of 200 KB": (Answer({}, headers={"X-Long": "x" * 200_000}), "cannot be reached"),
    "a length that is none": (Answer({}, headers={"Content-Length": "-1"}), "cannot be reached"),
}


@pytest.mark.parametrize(("answer", "code", "why"), params(TOKENS))
def test_a_code_is_worth_nothing_if_the_token_endpoint_answers(client, liar, served, answer, code, why):
    liar.answers[TOKEN] = answer
    with nobody_let_in(served, why):
        assert try_to_log_in(client, liar) == {"error": code, "for": "login"}


@pytest.mark.parametrize(("answer", "why"), params(ANSWERS))
def test_nobody_can_use_a_token_endpoint_that_answers(client, liar, served, answer, why):
    liar.answers[TOKEN] = answer
    with nobody_let_in(served, why):
        assert try_to_log_in(client, liar) == {"error": UNAVAILABLE, "for": "login"}


@pytest.mark.parametrize("path", [DISCOVERY, JWKS, USERINFO])
@pytest.mark.parametrize("name", ["500", "a redirect to elsewhere", "too many bytes", "HTML"])
def test_nobody_can_use_any_other_part_that_answers(client, liar, served, path, name):
    liar.answers[path], why = ANSWERS[name]
    liar.id_token = partial(told(name=None), liar)
    with nobody_let_in(served, why):
        assert try_to_log_in(client, liar) == {"error": UNAVAILABLE, "for": "login"}


@pytest.mark.parametrize("path", [DISCOVERY, JWKS, TOKEN, USERINFO])
def test_nobody_waits_for_an_answer_for_ever(client, liar, served, monkeypatch, path):
    monkeypatch.setattr(outgoing, "TIMEOUT_SECONDS", 0.2)
    held = Event()
    liar.answers[path] = Answer({}, held_by=held)
    liar.id_token = partial(told(name=None), liar)
    with nobody_let_in(served, "did not answer in 0.2 seconds"):
        assert try_to_log_in(client, liar) == {"error": UNAVAILABLE, "for": "login"}
    held.set()


def test_one_that_is_down_is_not_asked_again_at_each_click(client, liar, clock):
    liar.answers[DISCOVERY] = Answer(status=503)
    for _ in range(4):
        assert try_to_log_in(client, liar)["error"] == UNAVAILABLE
    assert liar.count(DISCOVERY) == 1
    liar.answers.clear()
    clock.move(seconds=10)
    assert "ticket" in try_to_log_in(client, liar)


def test_what_was_published_before_helps_while_it_is_down(client, liar, clock):
    assert "ticket" in try_to_log_in(client, liar)
    clock.move(hours=2)
    liar.answers |= {DISCOVERY: Answer(status=503), JWKS: Answer(status=503)}
    liar.id_token = lambda claims: liar.sign(claims | {"iat": claims["iat"] + 7200, "exp": claims["exp"] + 7200})
    assert "ticket" in try_to_log_in(client, liar)


@pytest.mark.parametrize(
    "layers",
    [1, 2],
)
def test_a_bomb_takes_no_memory(client, liar, layers):
    liar.answers[DISCOVERY] = bomb(48, layers)
    begun = begin(client, "liar")
    tracemalloc.start()
    try:
        assert fragment_of(start(client, begun))["error"] == UNAVAILABLE
        assert tracemalloc.get_traced_memory()[1] < 16 << 20
    finally:
        tracemalloc.stop()


def test_a_cookie_of_one_login_is_not_sent_in_another(client, liar):
    liar.answers[USERINFO] = Answer(liar.person, headers={"Set-Cookie": "session=of-mallory; Path=/"})
    liar.id_token = partial(told(name=None), liar)
    assert "ticket" in try_to_log_in(client, liar)
    assert "ticket" in try_to_log_in(client, liar)
    assert [each.path for each in liar.asked if "cookie" in each.headers] == []


PUBLISHED = {
    "another issuer": ({"issuer": "https://elsewhere.example"}, "the issuer calls itself"),
    "an issuer with a slash more": ({"issuer": "{url}/"}, "the issuer calls itself"),
    "no issuer": ({"issuer": None}, "the issuer calls itself"),
    "an issuer of strange letters": ({"issuer": f"\x00{SURROGATE}" * 999}, "the issuer calls itself"),
    "no token endpoint": ({"token_endpoint": None}, "lacks an address"),
    "a token endpoint that is a list": ({"token_endpoint": ["{url}/token"]}, "lacks an address"),
    "an empty address for keys": ({"jwks_uri": ""}, "lacks an address"),
    "a script to log in at": ({"authorization_endpoint": "javascript:alert(1)"}, "no address with https"),
    "data to log in at": ({"authorization_endpoint": "data:text/html,a"}, "no address with https"),
    "a path to log in at": ({"authorization_endpoint": "//elsewhere.example/"}, "no address with https"),
    "an address to log in at without https": ({"authorization_endpoint": "http://elsewhere.example/authorize"}, "https"),
    "an address to log in at with a bad host": ({"authorization_endpoint": "https://[/"}, ""),
    "half a character to log in at": ({"authorization_endpoint": f"https://login.example/{SURROGATE}"}, ""),
}


def published_with(liar, changes):
    here = {name: value.replace("{url}", liar.url) if isinstance(value, str) else value for name, value in changes.items()}
    liar.answers[DISCOVERY] = Answer(liar.discovery(**here))


@pytest.mark.parametrize(("changes", "why"), params(PUBLISHED))
def test_nobody_is_sent_away_by_a_discovery_document_with(client, liar, served, changes, why):
    published_with(liar, changes)
    with nobody_let_in(served, why):
        assert fragment_of(start(client, begin(client, "liar"))) == {"error": UNAVAILABLE, "for": "login"}


@pytest.mark.parametrize("document", [[], None, "text", 7], ids=str)
def test_a_discovery_document_is_an_object(client, liar, served, document):
    liar.answers[DISCOVERY] = Answer(document)
    with nobody_let_in(served, "the discovery document is no object"):
        assert try_to_log_in(client, liar)["error"] == UNAVAILABLE


@pytest.mark.parametrize("document", [[], None, {}, {"keys": {}}, {"keys": None}], ids=str)
def test_keys_are_a_list_in_an_object(client, liar, served, document):
    liar.answers[JWKS] = Answer(document)
    with nobody_let_in(served, "the set of keys has no keys"):
        assert try_to_log_in(client, liar)["error"] == UNAVAILABLE


ADDRESSES = {
    "http": ("http://elsewhere.example/token", "no address with https"),
    "ftp": ("ftp://elsewhere.example/token", "no address with https"),
    "no scheme": ("//elsewhere.example/token", "no address with https"),
    "a file": ("file:///etc/passwd", "no address with https"),
    "a loopback address in octal": ("https://0177.0.0.1/token", "private network"),
    "a loopback address in one number": ("https://2130706433/token", "private network"),
    "a loopback address in short": ("https://127.1/token", "private network"),
    "a private address": ("https://10.0.0.1/token", "private network"),
    "an address of a cloud's metadata": ("https://169.254.169.254/latest", "private network"),
    "a mapped address": ("https://[::ffff:127.0.0.1]/token", "private network"),
    "localhost": ("https://localhost/token", "private network"),
    "localhost with a dot": ("https://localhost./token", "localhost."),
    "a bracket": ("https://[/token", ""),
    "no address in brackets": ("https://[example]/token", ""),
    "a port that is too high": ("https://elsewhere.example:99999/", ""),
    "a port that is none": ("https://elsewhere.example:port/", ""),
    "a host of strange slashes": ("https://elsewhere.example\uff0fa/", ""),
    "a host with a long label": (f"https://{'a' * 64}.example/", ""),
    "a host with an empty label": ("https://a..example/", ""),
    "a host with NUL": ("https://a\x00.example/token", "no address"),
    "a path with NUL": ("{url}/\x00", ""),
    "a path of 70,000 characters": ("{url}/" + "a" * 70_000, ""),
    "half a character": ("{url}/" + SURROGATE, ""),
}


@pytest.mark.parametrize(("address", "why"), params(ADDRESSES))
def test_no_code_is_sent_to(client, liar, served, address, why):
    published_with(liar, {"token_endpoint": address})
    with nobody_let_in(served, why):
        assert try_to_log_in(client, liar) == {"error": UNAVAILABLE, "for": "login"}


@pytest.mark.parametrize("endpoint", ["jwks_uri", "userinfo_endpoint"])
@pytest.mark.parametrize("name", ["http", "a private address"])
def test_nothing_is_asked_at(client, liar, served, endpoint, name):
    address, why = ADDRESSES[name]
    published_with(liar, {endpoint: address})
    liar.id_token = partial(told(name=None), liar)
    with nobody_let_in(served, why):
        assert try_to_log_in(client, liar) == {"error": UNAVAILABLE, "for": "login"}


@pytest.mark.parametrize(
    "said",
    [{"sub": "johndoe"}, {"sub": ""}, {"sub": None}, {"sub": ["mallory"]}, {}, [], None, "mallory"],
    ids=str,
)
def test_user_information_is_of_whom_the_id_token_is(client, liar, served, said):
    liar.answers[USERINFO] = Answer(said)
    liar.id_token = partial(told(name=None), liar)
    with nobody_let_in(served, "liar: sub of the user information"):
        assert try_to_log_in(client, liar) == {"error": REFUSAL, "for": "login"}


@pytest.mark.parametrize(
    ("tokens", "name"),
    [
        ({"access_token": "ä"}, None),
        pytest.param({"access_token": "a\r\nX-Injected: b"}, None),
        pytest.param({"access_token": "a\x00"}, None),
        pytest.param({"access_token": "a" * 200_000}, None),
        ({"access_token": SURROGATE}, "at_hash"),
    ],
    ids=["no ASCII", "a line more", "NUL", "200 KB", "half a character"],
)
def test_an_access_token_disturbs_nobody_that_is(client, liar, served, tokens, name):
    liar.tokens = lambda honest: honest | tokens
    liar.answers[USERINFO] = lambda asked: Answer({}, 431) if len(asked.headers["authorization"]) > 999 else Answer(PERSON)
    liar.id_token = partial(told(**({"at_hash": half_hash("a")} if name else {"name": None})), liar)
    before = rows(served)
    assert try_to_log_in(client, liar)["error"] in (REFUSAL, UNAVAILABLE)
    assert rows(served) == before
    assert not any("x-injected" in each.headers for each in liar.asked)


def test_an_address_is_verified_only_by_who_names_it(client, liar, served):
    liar.answers[USERINFO] = Answer(PERSON | {"email": "mine@example.com", "email_verified": True})
    liar.id_token = partial(told(name=None, email="johndoe@example.com", email_verified=None), liar)
    came = try_to_log_in(client, liar)
    assert exchange(client, came["ticket"]).json().get("code") == "provider_address_unverified"


def test_an_address_of_the_user_information_is_believed_if_the_id_token_has_none(client, liar):
    liar.answers[USERINFO] = Answer(PERSON | {"email": "mine@example.com", "preferred_username": "mine"})
    liar.id_token = partial(told(name=None, email=None, email_verified=None), liar)
    headers = bearer(exchange(client, try_to_log_in(client, liar)["ticket"]).json())
    assert client.get("/api/account/email", headers=headers).json() == {"address": "mine@example.com"}
    assert client.get("/api/me", headers=headers).json()["userName"] == "mine"


@pytest.mark.parametrize("claim", [{"amr": ["mfa"]}, {"acr": "gold"}], ids=str)
def test_two_factors_are_believed_of_a_signed_token_only(client, liar, claim):
    liar.answers[USERINFO] = Answer(PERSON | claim)
    liar.id_token = partial(told(name=None), liar)
    tokens = exchange(client, try_to_log_in(client, liar)["ticket"]).json()
    me = client.get("/api/me", headers=bearer(tokens)).json()
    assert me["amr"] == ["provider"]


@pytest.mark.parametrize(
    "verified",
    [False, None, 1, "yes", "TRUE", [True], {"verified": True}],
    ids=str,
)
def test_an_address_that_is_not_called_verified_is_not_believed(client, liar, served, verified):
    liar.id_token = partial(told(email_verified=verified), liar)
    came = try_to_log_in(client, liar)
    with nobody_let_in(served, "liar: provider_address_unverified"):
        answer = exchange(client, came["ticket"])
    assert answer.json().get("code") == "provider_address_unverified"


def test_the_page_is_told_nothing_of_the_reason(client, liar):
    liar.id_token = partial(told(nonce="another"), liar)
    location = client.get(liar.log_in(start(client, begin(client, "liar"))).removeprefix("http://testserver")).headers["Location"]
    assert location == f"{PAGE}#error={REFUSAL}&for=login&next="

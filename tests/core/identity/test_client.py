"""Where a request comes from: read from what anybody may write, so shortened, cleaned and put into plain words."""

import time

import hypothesis.strategies as st
import pytest
from hypothesis import given

from rxapp.auth.core.identity.client import MAXIMUM_ADDRESS_LENGTH, MAXIMUM_USER_AGENT_LENGTH, NO_CLIENT, Client

WINDOWS = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0.0.0 Safari/537.36"
MAC = "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.1 Safari/605.1.15"
IPHONE = (
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.1 "
    "Mobile/15E148 Safari/604.1"
)
ANDROID = "Mozilla/5.0 (Linux; Android {}) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0.0.0 Mobile Safari/537.36"

anything = st.none() | st.text(st.characters(), max_size=400)


class TestDescribeDevice:
    @pytest.mark.parametrize(
        ("user_agent", "words"),
        [
            (WINDOWS, "Chrome on Windows"),
            (f"{WINDOWS} Edg/131.0.0.0", "Edge on Windows"),
            (f"{WINDOWS} OPR/115.0.0.0", "Opera on Windows"),
            ("Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:133.0) Gecko/20100101 Firefox/133.0", "Firefox on Windows"),
            ("Mozilla/5.0 (X11; Linux x86_64; rv:133.0) Gecko/20100101 Firefox/133.0", "Firefox on Linux"),
            ("Mozilla/5.0 (X11; Ubuntu; Linux x86_64; rv:133.0) Gecko/20100101 Firefox/133.0", "Firefox on Ubuntu"),
            (MAC, "Safari on Mac"),
            (IPHONE, "Mobile Safari on iPhone"),
            (IPHONE.replace("Version/18.1", "CriOS/131.0.6778.73"), "Chrome Mobile iOS on iPhone"),
            (IPHONE.replace("iPhone; CPU iPhone OS", "iPad; CPU OS"), "Mobile Safari on iPad"),
            (ANDROID.format("14; Pixel 8"), "Chrome Mobile on Pixel 8"),
        ],
    )
    def test_the_common_browsers_and_systems_have_their_names(self, user_agent, words):
        assert Client.of(None, user_agent).describe_device() == words

    @pytest.mark.parametrize(
        ("user_agent", "words"),
        [
            (ANDROID.format("10; K"), "Chrome Mobile on Android"),
            ("Mozilla/5.0 (Android 14; Mobile; rv:133.0) Gecko/133.0 Firefox/133.0", "Firefox Mobile on Android"),
            ("Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)", "Googlebot"),
        ],
    )
    def test_a_device_that_is_not_named_is_not_made_up(self, user_agent, words):
        """Chrome says "K" of every Android phone."""
        assert Client.of(None, user_agent).describe_device() == words

    def test_a_program_has_its_name(self):
        assert Client.of(None, "curl/8.5.0").describe_device() == "curl"
        assert Client.of(None, "python-httpx/0.28.1").describe_device() == "python-httpx"

    @pytest.mark.parametrize("user_agent", [None, "", " ", "hello", "\x1b[31mred\r\n", "A" * 100_000])
    def test_a_client_without_a_user_agent_is_unknown(self, user_agent):
        assert Client.of(None, user_agent).describe_device() == "Unknown device"
        assert NO_CLIENT.describe_device() == "Unknown device"

    @pytest.mark.parametrize("part", ["A", " ", "(", "; ", "1.", "Linux; Android ", "Mozilla/5.0 (", "SM-"])
    def test_a_hostile_user_agent_is_read_quickly(self, part):
        NO_CLIENT.describe_device()  # the first one loads the expressions
        before = time.thread_time()
        Client.of(None, part * 100_000).describe_device()
        assert time.thread_time() - before < 0.5


class TestWhatIsKept:
    @given(anything, anything)
    def test_it_is_short_and_all_of_it_can_be_seen(self, address, user_agent):
        client = Client.of(address, user_agent)
        assert len(client.address) <= MAXIMUM_ADDRESS_LENGTH
        assert len(client.user_agent) <= MAXIMUM_USER_AGENT_LENGTH
        assert client.address.isprintable()
        assert client.user_agent.isprintable()
        assert len(client.describe_device()) <= 64

    @pytest.mark.parametrize("forged", ["\r\nlogin johndoe", "\x1b[2J", "\u202eexe.fdp", "\u2028", "\0", "\ud800"])
    def test_no_line_of_a_log_can_be_forged_or_hidden_with_it(self, forged):
        kept = Client.of(forged, f"curl/8{forged}").user_agent
        assert kept.startswith("curl/8?")
        assert forged not in kept

    def test_what_is_harmless_is_kept_as_it_came(self):
        assert Client.of("2001:db8::1", "curl/8.5.0 (Größe)") == Client("2001:db8::1", "curl/8.5.0 (Größe)")
        assert Client.of(None, None) == NO_CLIENT

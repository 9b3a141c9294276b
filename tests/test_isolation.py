"""Each test begins as the first did: what another has set in this process is gone."""

from reflex_base.environment import environment


def test_a_command_may_set_variables_for_the_processes_that_it_starts():
    environment.REFLEX_SKIP_COMPILE.set(True)


def test_the_next_test_starts_without_them():
    """A build that was to skip its compilation ended with `react-router: command not found`, whenever it came after `serve`."""
    assert not environment.REFLEX_SKIP_COMPILE.is_set()

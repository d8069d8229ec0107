"""What the end-to-end tests share: daemons in scratch directories, and what they said if a test fails."""

import os
import random

import pytest

import daemon as daemons

SCALE = float(os.environ.get("STELE_TEST_SCALE", "1"))


@pytest.fixture
def make_daemon(request):
    """Makes daemons that end with the test."""
    made = []

    def make(start=True, **options):
        daemon = daemons.Daemon(**options)
        made.append(daemon)
        return daemon.start() if start else daemon

    yield make
    for daemon in made:
        show(request, daemon)
        daemon.remove()


@pytest.fixture(scope="module")
def shared():
    """One daemon for a file of tests that don't mind each other."""
    daemon = daemons.Daemon().start()
    yield daemon
    daemon.remove()


@pytest.fixture
def daemon(make_daemon):
    return make_daemon()


@pytest.fixture
def client(shared):
    with shared.client() as client:
        yield client


@pytest.fixture
def someone(request):
    """An account that no other test has."""
    return f"p{abs(hash(request.node.nodeid)) % 10**12}"


@pytest.fixture
def seed():
    """Printed, so that a failing run can be repeated: STELE_TEST_SEED=n."""
    value = int(os.environ.get("STELE_TEST_SEED", random.SystemRandom().randrange(1 << 32)))
    print(f"seed {value}: again with STELE_TEST_SEED={value}")
    return value


@pytest.fixture
def scale():
    return SCALE


def show(request, daemon):
    report = getattr(request.node, "report", None)
    if report is not None and report.failed:
        print(f"steled said:\n{daemon.said()[-4000:]}")


@pytest.hookimpl(hookwrapper=True, tryfirst=True)
def pytest_runtest_makereport(item):
    outcome = yield
    report = outcome.get_result()
    if report.when == "call":
        item.report = report

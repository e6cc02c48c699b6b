"""The lab as a fixture: two exchanges run every script once, all tests look at what that left behind."""

from __future__ import annotations

import asyncio

import pytest

from tests.asterisk_lab import capture
from tests.asterisk_lab.chroot import LabUnavailable, exact_version, ready_chroot
from tests.asterisk_lab.instance import running_pair
from tests.asterisk_lab.recordings import Recorded, record
from tests.asterisk_lab.scenarios import SCRIPTS
from tests.asterisk_lab.session import play


@pytest.fixture(scope="session")
def lab(tmp_path_factory: pytest.TempPathFactory) -> capture.Capture:
    """Files and truth of one session; about two minutes, once half a minute more to build the tree."""
    folder = tmp_path_factory.mktemp("asterisk-lab")
    try:
        tree = ready_chroot()
        version = exact_version(tree)
        with running_pair(tree, folder.parent.name + folder.name) as (office, network):
            session = asyncio.run(play(office, network, SCRIPTS))
            messages = capture.take(office, network, session, folder)
    except LabUnavailable as unavailable:
        pytest.fail(str(unavailable), pytrace=False)
    return capture.Capture(folder, version, session, messages)


@pytest.fixture(scope="session")
def recorded(tmp_path_factory: pytest.TempPathFactory) -> Recorded:
    """A session of recorded calls: one minute and a quarter, once some minutes more to build the tree."""
    try:
        return record(ready_chroot(), tmp_path_factory.mktemp("recorded"))
    except LabUnavailable as unavailable:
        pytest.fail(str(unavailable), pytrace=False)

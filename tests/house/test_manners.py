"""How processes behave that nobody waits for."""

import os
import subprocess
import sys

import pytest

_TELL = """
import os
from kb.cli import manners
manners.readers_first()
print(os.getpriority(os.PRIO_PROCESS, 0), os.sched_getscheduler(0))
"""


@pytest.mark.skipif(not hasattr(os, "SCHED_BATCH"), reason="the system knows no such schedule")
def test_readers_first_leaves_the_processors_to_others() -> None:
    told = subprocess.run([sys.executable, "-c", _TELL], capture_output=True, text=True, check=True).stdout
    nice, schedule = map(int, told.split())
    assert nice >= 5
    assert schedule == os.SCHED_BATCH

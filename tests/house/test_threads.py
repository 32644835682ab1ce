"""The arithmetic of a request stays in the thread that answers it."""

import subprocess
import sys

PROGRAM = """
import kb
import os
import numpy
square = numpy.ones((500, 500))
square @ square
print(len(os.listdir("/proc/self/task")))
"""


def test_products_start_no_threads_of_their_own() -> None:
    done = subprocess.run([sys.executable, "-c", PROGRAM], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "1"

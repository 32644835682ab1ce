"""Sidekick: self-service help for a company's customers."""

import os

# Said before numpy is loaded: its products are to stay in the thread that asks. Shared among cores, each waits for the
# slowest, and where the cores are busy with other requests that takes ten times as long.
os.putenv("OPENBLAS_NUM_THREADS", "1")

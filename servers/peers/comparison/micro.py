"""Builds and runs the program that measures tasks, wake-ups and timers: a package of its own, in Rust."""

import subprocess

from .fleet import PEERS, TARGET, run

PROGRAM = TARGET / "release" / "micro"


def build():
    # All its programs: one of them is started by another.
    run(["cargo", "build", "--release", "--locked", "--target-dir", str(TARGET)], PEERS / "micro")


def measure(words):
    """Hands the words on to it; gives back its exit code."""
    build()
    return subprocess.run([PROGRAM, *words]).returncode

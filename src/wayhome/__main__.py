"""`python -m wayhome`."""

from wayhome.cli import run

run()

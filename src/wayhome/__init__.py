"""Wayhome: software with which people find missing people.

A decision aid: it computes and records, people decide.
"""

__version__ = "0.1.0"

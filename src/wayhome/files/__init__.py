"""Interchange formats: readers of bytes into frozen values, writers of values into bytes.

Knows how other programs write and where they err. Refuses to know a case, a disk or the network.
"""

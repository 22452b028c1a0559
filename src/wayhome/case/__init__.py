"""What happened in a case: facts, commands and rules, pure. One module per chapter.

Loads in milliseconds: no NumPy, no PROJ, no clock, no disk.
"""

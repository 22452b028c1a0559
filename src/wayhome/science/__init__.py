"""Search theory as pure functions and frozen values: no files, no clock, no network; rng is an argument."""

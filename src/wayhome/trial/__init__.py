"""Simulated searches and recorded walks: what the science is tried on, made without the science that is tried."""

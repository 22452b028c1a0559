"""How good the maps are, on past cases."""

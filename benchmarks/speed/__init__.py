"""How long things take, beside a peer or a goal."""

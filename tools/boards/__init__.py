"""What a board's folder must hold, and what its pads may be used for; `make check` looks."""

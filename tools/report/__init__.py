"""``make report``: the timing and safety suite as one page, required against measured."""

"""A board's interpreter at its console, as the tools that measure a board use it."""

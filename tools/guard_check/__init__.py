"""`pilotlight guard-check`: the guard of a real board measured, and each figure judged."""

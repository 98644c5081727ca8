"""``pilotlight sim``: a charge point on the desk, for people and scripts. Starts in main.py."""

"""How the tools talk to a station: lines of JSON on its console, and what carries them."""

"""The sim's page for a browser: what is seen and done on the desk, seen and done there."""

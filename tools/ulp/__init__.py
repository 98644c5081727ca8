"""The guard's program: from its source to the bytes that a board loads."""

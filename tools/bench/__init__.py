"""`make bench`: what the firmware takes of a small computer: flash, heap, instructions."""

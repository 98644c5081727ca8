"""Application images for boards: every module compiled, in one ROMFS."""

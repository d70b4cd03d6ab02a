"""Breaks the real program on purpose, again and again, and looks whether anything was lost. `tools/soak.sh` runs it."""

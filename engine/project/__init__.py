"""The work on one photo, Qt-free: its mask, the stack of accepted edits, the journal and the project file."""

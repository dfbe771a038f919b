"""The window: its arrangement, commands, menus and pages."""

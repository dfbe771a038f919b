"""The editor's bars: ``python3 run.py bars D`` measures each topic named here, by ``measure`` of its module."""

TOPICS: tuple[str, ...] = ("start", "canvas", "responsive", "cancels", "accessibility", "window", "memory")

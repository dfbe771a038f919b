"""importing: published checkpoints from elsewhere, checked by name and shape and written as a bundle.

Files are read without trust in a process of their own (:mod:`engine.importing.child`); what each kind must hold is
derived from the classes that will run it (:mod:`engine.importing.kinds`).
"""

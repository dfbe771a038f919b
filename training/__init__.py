"""Produces and judges what the engine loads: data, training stages, evaluation, bars. Imports engine, never desktop_app."""

"""Makes and judges what the engine loads: data, stages, evaluation, bars. Imports engine, never desktop_app."""

"""Runs and their results: queue, progress, variations, and the settings behind them."""

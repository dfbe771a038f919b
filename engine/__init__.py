"""Headless library: the pipeline of eight steps, its command line and its bundles. Never imports Qt."""

"""The Qt editor: a window over the engine, which it reaches only through ``engine_client``.

Model libraries are never imported here; Qt-free parts (document, mask, view) are tested without a display.
"""

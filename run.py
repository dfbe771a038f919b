"""Sets the project up and starts it; the one script behind every way in. Standard library only.

python3 run.py            set up what is missing, then open the editor (without a display: run the demo)
python3 run.py test       set up, then formatting, lint, types, import rules and tests; more words go to pytest
python3 run.py bars A     set up, then measure the bars of letter A
"""

import hashlib
import importlib.util
import json
import os
import re
import shutil
import subprocess
import sys
import time
from pathlib import Path

if sys.version_info < (3, 11):  # this file keeps to old syntax so that the line below can be shown
    sys.exit(
        "Overtone needs Python 3.11 or newer; this is {}.{}. Run it as: python3.11 run.py".format(*sys.version_info)
    )

ROOT = Path(__file__).resolve().parent
VENV = ROOT / ".venv"
LOCK = ROOT / "requirements.lock"
PROJECT = ROOT / "pyproject.toml"
STAMP = VENV / "overtone-setup.json"
CPU_INDEX = "https://download.pytorch.org/whl/cpu"
USAGE = "usage: python3 run.py [test [PYTEST ARGUMENTS] | bars LETTER]"
PARALLEL = ("--numprocesses=logical", "--maxprocesses=4", "--dist=loadfile")  # each worker loads the model libraries
BAD_INPUT, MACHINE = 2, 4


class Stop(Exception):
    """Ends the run with one line and an exit code."""

    def __init__(self, line: str, code: int = MACHINE) -> None:
        super().__init__(line)
        self.code = code


def say(line: str) -> None:
    """Print a line at once."""
    print(line, flush=True)


# --- what is asked for ---------------------------------------------------------------------------------------------


def parse(arguments: list[str]) -> tuple[str, list[str]]:
    """The task (``edit``, ``test``, ``bars`` or ``help``) and its own arguments; raises Stop for anything else."""
    if not arguments:
        return "edit", []
    task, rest = arguments[0], arguments[1:]
    if task in ("-h", "--help") and not rest:
        return "help", []
    if task == "test":
        return "test", rest
    if task == "bars" and len(rest) == 1 and re.fullmatch("[A-Za-z]", rest[0]):
        return "bars", [rest[0].upper()]
    raise Stop(USAGE, BAD_INPUT)


def sections(lock: str) -> tuple[list[str], list[str]]:
    """The requirement lines of a lock: those needed to run, and those needed only to test."""
    run, _, test = lock.partition("\n# to test\n")
    pick = lambda part: [line.strip() for line in part.splitlines() if line.strip() and not line.startswith("#")]  # noqa: E731
    return pick(run), pick(test)


def digest(*texts: str) -> str:
    """A hash of the texts, to see whether they have changed."""
    return hashlib.sha256("\0".join(texts).encode()).hexdigest()


def plan(stamp: dict[str, str], wanted: dict[str, str]) -> list[str]:
    """Names of the set-up steps whose inputs are not those of the stamp, in order."""
    return [name for name in wanted if stamp.get(name) != wanted[name]]


# --- the environment -----------------------------------------------------------------------------------------------


def python_of(venv: Path) -> Path:
    """The Python of a virtual environment."""
    return venv / "Scripts" / "python.exe" if os.name == "nt" else venv / "bin" / "python"


def version_of(python: Path) -> str:
    """Version of a working Python that has pip, such as ``3.11``; empty when it does not work."""
    code = "import sys, importlib.util as u; print('%d.%d' % sys.version_info[:2] if u.find_spec('pip') else '')"
    try:
        result = subprocess.run([str(python), "-c", code], capture_output=True, text=True, check=False)
    except OSError:
        return ""
    return result.stdout.strip() if result.returncode == 0 else ""


def make_environment() -> None:
    """Make ``.venv`` with the standard library's venv, or with virtualenv where that lacks ensurepip."""
    say("Making the environment .venv")
    if importlib.util.find_spec("ensurepip") and importlib.util.find_spec("venv"):
        command = [sys.executable, "-m", "venv", "--clear", str(VENV)]
    elif importlib.util.find_spec("virtualenv"):
        command = [sys.executable, "-m", "virtualenv", "--clear", str(VENV)]
    elif shutil.which("virtualenv"):
        command = ["virtualenv", "--clear", "--python", sys.executable, str(VENV)]
    else:
        raise Stop(
            "This Python can make no virtual environment: install ensurepip (on Debian and Ubuntu: "
            "sudo apt install python3-venv) or virtualenv, then run again."
        )
    result = subprocess.run(command, capture_output=True, text=True, check=False)
    if result.returncode:
        lines = (result.stderr + result.stdout).strip().splitlines()
        raise Stop(f"The environment .venv could not be made: {lines[-1] if lines else 'no reason given'}")


def pip(arguments: list[str], what: str, total: int = 0, quiet: bool = False) -> bool:
    """Run pip's install and show how far it is; False when it failed and ``quiet`` is set, else Stop."""
    command = [str(python_of(VENV)), "-m", "pip", "install", "--no-input", "--progress-bar", "off"]
    command += ["--no-compile", *arguments]  # Python compiles what it imports; compiling all takes minutes
    environment = {**os.environ, "PIP_DISABLE_PIP_VERSION_CHECK": "1", "PIP_REQUIRE_VIRTUALENV": "0"}
    lines: list[str] = []
    count = 0
    live = sys.stdout.isatty()
    say(what)
    process = subprocess.Popen(
        command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, env=environment
    )
    assert process.stdout is not None
    for line in process.stdout:
        lines.append(line.strip())
        match = re.match(r"(?:Collecting|Processing|Requirement already satisfied:) (\S+)", line)
        if match:
            count += 1
            name = re.split(r"[=<>;]", match[1].rpartition("/")[2])[0]
            if live:
                print(f"\r  {count}{f' of {total}' if total else ''}  {name}\x1b[K", end="", flush=True)
            elif count % 10 == 0:
                say(f"  {count}{f' of {total}' if total else ''}")
        elif line.startswith("Installing collected"):
            print("\r  putting the packages in place\x1b[K" if live else "  putting the packages in place", flush=True)
    if process.wait() == 0:
        return True
    if quiet:
        return False
    if any("No space left" in line for line in lines):
        raise Stop("The disk is full: the packages could not be installed. Free some space and run again.")
    faults = [line for line in lines if line.startswith("ERROR:")] or lines[-1:]
    raise Stop(f"The packages could not be installed: {faults[0] if faults else 'pip gave no reason'}")


def has_nvidia() -> bool:
    """Whether the machine has an NVIDIA card with its driver."""
    return Path("/proc/driver/nvidia/version").exists() or shutil.which("nvidia-smi") is not None


def install_torch(pin: str) -> None:
    """Install the torch of the lock in the build for this machine.

    The package index has CUDA builds for Linux (several GB with their libraries) and CPU builds for the others;
    PyTorch's own index has CPU builds for Linux.
    """
    if sys.platform.startswith("linux") and not has_nvidia():
        if pip(["--no-deps", f"{pin}+cpu"], f"Installing {pin} for CPU", quiet=True):
            return
        if pip(["--no-deps", "--index-url", CPU_INDEX, f"{pin}+cpu"], f"  from {CPU_INDEX}", quiet=True):
            return
        say("  the CPU build cannot be reached; taking the full one of the package index")
    pip(["--constraint", str(LOCK), pin], f"Installing {pin}")


def set_up(testing: bool) -> Path:
    """Bring ``.venv`` and the starter bundle up to date and give the environment's Python."""
    python = python_of(VENV)
    version = version_of(python)
    if not version:
        make_environment()
        version = version_of(python)
    run, test = sections(LOCK.read_text(encoding="utf-8"))
    wanted = {"run": digest(version, *run), "project": digest(version, PROJECT.read_text(encoding="utf-8"), str(ROOT))}
    if testing:
        wanted["test"] = digest(version, *test)
    try:
        stamp = json.loads(STAMP.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        stamp = {}
    for step in plan(stamp, wanted):
        if step == "run":
            install_torch(next(line for line in run if line.startswith("torch==")))
            others = [line for line in run if not line.startswith("torch==")]
            pip(["--no-deps", *others], f"Installing {len(others)} packages", len(others))
        elif step == "test":
            pip(["--no-deps", *test], f"Installing {len(test)} packages for the tests", len(test))
        else:
            pip(["--no-deps", "--no-build-isolation", "--editable", str(ROOT)], "Installing Overtone itself")
        stamp[step] = wanted[step]
        STAMP.write_text(json.dumps(stamp), encoding="utf-8")
    code = call([str(python), "-m", "engine.bundle"])
    if code:
        raise Stop("The starter bundle is not ready (see above).", code)
    return python


def call(command: list[str], environment: dict[str, str] | None = None) -> int:
    """Run a command in the current folder and give its exit code."""
    return subprocess.run(command, env={**os.environ, **(environment or {})}, check=False).returncode


# --- the tasks -----------------------------------------------------------------------------------------------------


def has_display() -> bool:
    """Whether a window can be shown; on systems other than Linux it always can."""
    return not sys.platform.startswith("linux") or bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))


def lacking(platform: str) -> str:
    """One line that names the system libraries Qt lacks and the command that installs them; empty when none."""
    if not sys.platform.startswith("linux"):
        return ""
    from engine.system_libraries import command, missing

    found = next(iter(VENV.glob("lib/python*/site-packages/PySide6/Qt")), None)
    libraries = missing(found, platform) if found else []
    if not libraries:
        return ""
    return f"The window needs {', '.join(libraries)}, missing on this machine. Run: {command(libraries)}"


def edit(python: Path) -> int:
    """Open the editor; where no window can be shown, run the demo in the current folder."""
    if has_display():
        line = lacking("xcb" if os.environ.get("DISPLAY") else "wayland")
        if not line:
            code = call([str(python), "-m", "desktop_app"])
            if code >= 0 and code != 128 + 6:  # Qt aborts when it cannot open the display
                return code
            line = "The window could not be opened on this display."
        say(line)
    else:
        say("No display here.")
    say("Running the demo instead; it writes a picture into this folder.")
    return call([str(python), "-m", "engine", "demo"])


def test(python: Path, arguments: list[str]) -> int:
    """Formatting, lint, types, import rules and tests; ends at the first that fails, with its exit code."""
    line = lacking("offscreen")
    if line:
        raise Stop(line)
    os.chdir(ROOT)
    stages = (
        ("formatting", [str(python), "-m", "ruff", "format", "--check", "--output-format", "concise", "."]),
        ("lint", [str(python), "-m", "ruff", "check", "."]),
        ("types", [str(python), "-m", "pyright"]),
        ("import rules", [str(python.with_name("lint-imports" + python.suffix))]),
        ("tests", [str(python), "-m", "pytest", *PARALLEL, *arguments]),
    )
    begin = time.monotonic()
    for name, command in stages:
        say(f"== {name}")
        start = time.monotonic()
        code = call(command, {"QT_QPA_PLATFORM": "offscreen"})
        if code:
            say(f"== {name} failed with exit code {code}")
            return code
        say(f"== {name} passed in {time.monotonic() - start:.0f} s")
    say(f"== all passed in {time.monotonic() - begin:.0f} s")
    return 0


def main(arguments: list[str]) -> int:
    """Do the task that the arguments name and give the exit code."""
    try:
        task, rest = parse(arguments)
        if task == "help":
            say(USAGE)
            return 0
        python = set_up(testing=task == "test")
        if task == "test":
            return test(python, rest)
        if task == "bars":
            return call([str(python), "-m", "training.bars", *rest])
        return edit(python)
    except Stop as stop:
        print(stop, file=sys.stderr)
        return stop.code
    except KeyboardInterrupt:
        return 130


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

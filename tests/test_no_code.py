"""Nothing in the program can turn a file's bytes into code: no pickles, no evaluation, no shell."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
MODULES = {"dill", "joblib", "marshal", "shelve", "jsonpickle", "cloudpickle"}
HARMLESS = {"pickle": {"UnpicklingError"}, "yaml": {"safe_load", "YAMLError"}}  # names of modules that can run code
CALLS = {"eval", "exec", "compile", "__import__"}


def found(source: str) -> Iterator[str]:
    for node in ast.walk(ast.parse(source)):
        match node:
            case ast.Import(names):
                yield from (f"imports {each.name}" for each in names if each.name in MODULES)
            case ast.ImportFrom(module=str(module)) if module in {*MODULES, *HARMLESS}:
                yield f"imports {module}"
            case ast.Attribute(ast.Name(module), name) if name not in HARMLESS.get(module, {name}):
                yield f"uses {module}.{name}"
            case ast.Call(ast.Name(name)) if name in CALLS:
                yield f"calls {name}"
            case ast.Call(ast.Attribute(ast.Name("torch"), "load"), keywords=named):
                if not any(each.arg == "weights_only" and ast.unparse(each.value) == "True" for each in named):
                    yield "loads a torch file with code in it"
            case ast.Call(ast.Attribute(ast.Name("np"), "load"), keywords=named):
                if any(each.arg == "allow_pickle" and ast.unparse(each.value) != "False" for each in named):
                    yield "loads an array file with code in it"
            case ast.Call(ast.Attribute(ast.Name("os"), "system" | "popen")):
                yield "runs a shell"
            case ast.keyword("shell", ast.Constant(True)):
                yield "runs a shell"


@pytest.mark.parametrize("package", ["engine", "desktop_app"])
def test_the_program_has_no_way_to_run_what_a_file_says(package):
    files = sorted((ROOT / package).rglob("*.py"))
    assert len(files) > 50
    faults = [f"{file.relative_to(ROOT)} {fault}" for file in files for fault in found(file.read_text("utf-8"))]
    assert faults == []


@pytest.mark.parametrize(
    "source",
    [
        "import pickle; pickle.loads(data)",
        "from pickle import loads",
        "from yaml import load",
        "yaml.load(data)",
        "eval('1')",
        "torch.load(path)",
        "torch.load(path, weights_only=False)",
        "np.load(path, allow_pickle=True)",
        "os.system('x')",
        "subprocess.run('x', shell=True)",
    ],
)
def test_the_search_finds_each_way(source):
    assert len(list(found(source))) == 1


def test_the_search_leaves_harmless_calls_alone():
    harmless = "model.eval(); dialog.exec(); re.compile('x'); np.load(p); torch.load(p, weights_only=True)"
    assert list(found(harmless)) == []

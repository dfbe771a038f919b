"""Sounds as a user handles them: play, seek, trim, record, and a machine without a sound card."""

from __future__ import annotations

import sys
from importlib.abc import MetaPathFinder

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from window_helpers import drop, write_sound

from desktop_app.references.audio import PortAudio
from desktop_app.references.sound_panel import Meter, moment
from engine.errors import MachineError
from engine.files import read_sound

SHIFT, CTRL = Qt.KeyboardModifier.ShiftModifier, Qt.KeyboardModifier.ControlModifier
LEFT = Qt.MouseButton.LeftButton


@pytest.fixture
def sounding(open_window, tmp_path, qtbot):
    """The window with a sound of four seconds in its bin."""
    path = tmp_path / "surf.wav"
    write_sound(path, 4.0)
    with qtbot.waitSignal(open_window.session.added):
        drop(open_window.side.sounds, path)
    return open_window


@pytest.fixture
def shown(sounding, qtbot):
    """The same with the sound opened large by a double click."""
    QTest.mouseDClick(sounding.side.sounds.tiles[0], LEFT)
    qtbot.waitUntil(sounding.sound_desk.panel.isVisible)
    return sounding


def drag(wave, start: float, end: float) -> None:
    """Press at one moment, let go at another."""
    places = [QPoint(round(wave.place(seconds)), wave.height() // 2) for seconds in (start, end)]
    QTest.mousePress(wave, LEFT, pos=places[0])
    QTest.mouseMove(wave, places[1])
    QTest.mouseRelease(wave, LEFT, pos=places[1])


def test_space_plays_and_stops_the_whole_sound(sounding, audio, qtbot) -> None:
    tile = sounding.side.sounds.tiles[0]
    QTest.keyClick(tile, Qt.Key.Key_Space)
    qtbot.waitUntil(lambda: bool(audio.played))
    assert sounding.sound_desk.playing == 1
    assert audio.played[0].seconds == pytest.approx(4.0, abs=0.01)
    assert tile._play.accessibleName() == "Pause surf"
    QTest.keyClick(tile, Qt.Key.Key_Space)
    assert sounding.sound_desk.playing == 0
    assert not audio.played[0].active
    assert sounding.side.instruction.text == ""


def test_the_mark_follows_and_the_end_stops(shown, audio, qtbot) -> None:
    desk = shown.sound_desk
    desk.panel.play_button.click()
    audio.played[0].position = 1.5
    qtbot.waitUntil(lambda: desk.panel.wave.position == pytest.approx(1.5))
    assert desk.panel.play_button.accessibleName() == "Pause"
    audio.played[0].active = False
    qtbot.waitUntil(lambda: desk.playing == 0)
    assert desk.panel.wave.position == 0
    assert desk.panel.play_button.accessibleName() == "Play"


def test_seeking_by_click_and_by_key(shown, audio) -> None:
    wave = shown.sound_desk.panel.wave
    shown.sound_desk.panel.play_button.click()
    QTest.mouseClick(wave, LEFT, pos=QPoint(round(wave.place(2.0)), 20))
    assert len(audio.played) == 2
    assert not audio.played[0].active
    assert audio.played[1].seconds == pytest.approx(2.0, abs=0.05)
    shown.sound_desk.stop()
    QTest.keyClick(wave, Qt.Key.Key_Left)
    assert wave.position < 2.0
    QTest.keyClick(wave, Qt.Key.Key_Space)
    assert audio.played[2].seconds == pytest.approx(4.0 - wave.position, abs=0.01)


def test_trimming_by_the_handles_uses_the_part_and_undo_brings_the_whole_back(shown, source, tmp_path, qtbot) -> None:
    panel = shown.sound_desk.panel
    wave = panel.wave
    assert not panel.trim_button.isEnabled()
    drag(wave, 0.0, 1.0)
    drag(wave, 4.0, 2.5)
    assert (wave.start, wave.end) == pytest.approx((1.0, 2.5), abs=0.05)
    start, end = wave.start, wave.end
    with qtbot.waitSignal(shown.session.references_changed):
        panel.trim_button.click()
    reference = shown.session.references[0]
    assert reference.path.parent == shown.desk.private.path
    assert reference.title == "surf"
    whole, part = read_sound(tmp_path / "surf.wav"), read_sound(reference.path)
    assert part.seconds == pytest.approx(end - start, abs=0.001)
    expected = whole.samples[round(start * 16000) : round(end * 16000)]
    assert np.abs(part.samples - expected).max() < 2e-4  # 16 bits and their dither
    qtbot.waitUntil(lambda: wave.seconds == pytest.approx(end - start, abs=0.001))
    shown.side.instruction.setPlainText("make it feel like [ref#1]")
    with qtbot.waitSignal(shown.runs.result):
        shown.run()
    assert source.planned[0].instruction.references[0].file == reference.path
    shown.session.discard()
    shown.commands.undo.trigger()
    assert shown.session.references[0].path == tmp_path / "surf.wav"


def test_trimming_with_the_keyboard_keeps_a_tenth_of_a_second(shown) -> None:
    wave = shown.sound_desk.panel.wave
    QTest.keyClick(wave, Qt.Key.Key_Right, SHIFT)
    QTest.keyClick(wave, Qt.Key.Key_Left, CTRL)
    assert (wave.start, wave.end) == pytest.approx((0.04, 3.96), abs=0.001)
    for _ in range(200):
        QTest.keyClick(wave, Qt.Key.Key_Right, SHIFT)
    assert wave.end - wave.start == pytest.approx(0.1, abs=0.001)


def test_asking_for_another_sound_forgets_the_first(shown, audio, tmp_path, qtbot) -> None:
    other = tmp_path / "other.wav"
    write_sound(other, 2.0)
    with qtbot.waitSignal(shown.session.added):
        drop(shown.side.sounds, other)
    desk = shown.sound_desk
    desk.toggle(2)  # is read in the worker
    desk.open(1)  # is there already
    qtbot.wait(150)
    assert audio.played == []
    assert desk.playing == 0
    assert desk.panel.wave.seconds == pytest.approx(4.0, abs=0.01)


def test_escape_closes_the_sound_even_during_a_run(shown, source, qtbot) -> None:
    source.gate.clear()
    shown.side.instruction.setPlainText("make it bright")
    shown.run()
    QTest.keyClick(shown.sound_desk.panel.wave, Qt.Key.Key_Escape)
    assert not shown.sound_desk.panel.isVisible()
    assert shown.runs.busy
    source.gate.set()
    qtbot.waitUntil(lambda: not shown.runs.busy)


def test_a_removed_sound_falls_silent(shown, audio) -> None:
    shown.sound_desk.panel.play_button.click()
    QTest.keyClick(shown.side.sounds.tiles[0], Qt.Key.Key_Delete)
    assert not audio.played[0].active
    assert not shown.sound_desk.panel.isVisible()


def test_a_sound_whose_file_has_gone_is_named(sounding, audio, tmp_path, qtbot) -> None:
    (tmp_path / "surf.wav").unlink()
    QTest.keyClick(sounding.side.sounds.tiles[0], Qt.Key.Key_Space)
    qtbot.waitUntil(lambda: "surf.wav" in sounding.message_bar.text)
    assert sounding.message_bar.kind == "warning"
    assert audio.played == []


def test_recording_with_a_meter_into_the_bin(open_window, audio, qtbot) -> None:
    window = open_window
    window.sound_desk.record_button.click()
    panel = window.sound_desk.record_panel
    assert panel.isVisible()
    assert not window.sound_desk.record_button.isEnabled()
    audio.recorded[0].hear(1.2, 0.5)
    qtbot.waitUntil(lambda: panel.meter.share > 0.8)
    assert "−6" in panel.meter.accessibleDescription() or "-6" in panel.meter.accessibleDescription()
    with qtbot.waitSignal(window.session.added):
        QTest.keyClick(panel.keep_button, Qt.Key.Key_Return)
    [reference] = window.session.references
    assert reference.path.name == "recording.flac"
    assert read_sound(reference.path).seconds == pytest.approx(1.2, abs=0.01)
    assert not panel.isVisible()


def test_a_recording_can_be_forgotten_and_silence_is_refused(open_window, audio, qtbot) -> None:
    window = open_window
    window.sound_desk.record()
    audio.recorded[0].hear(1.0, 0.5)
    QTest.keyClick(window.sound_desk.record_panel.drop_button, Qt.Key.Key_Escape)
    assert not audio.recorded[0].active
    window.sound_desk.record()
    audio.recorded[1].hear(1.0, 0.0)
    with qtbot.waitSignal(window.session.refused):
        window.sound_desk.record_panel.keep_button.click()
    assert "silent" in window.message_bar.text
    assert window.session.references == ()


def test_an_unplugged_microphone_keeps_what_it_heard(open_window, audio, qtbot) -> None:
    window = open_window
    window.sound_desk.record()
    audio.recorded[0].hear(0.7, 0.4)
    with qtbot.waitSignal(window.session.added):
        audio.recorded[0].active = False
    assert "microphone has gone" in window.message_bar.text


def test_without_a_sound_card_all_else_works_and_the_reason_is_shown(sounding, audio, qtbot) -> None:
    audio.why = "No loudspeaker was found."
    window, tile = sounding, sounding.side.sounds.tiles[0]
    QTest.keyClick(tile, Qt.Key.Key_Space)
    qtbot.waitUntil(lambda: "No loudspeaker" in window.message_bar.text)
    assert "No loudspeaker" in tile._play.toolTip()
    window.sound_desk.record_button.click()
    assert "No loudspeaker" in window.sound_desk.record_button.toolTip()
    assert not window.sound_desk.record_panel.isVisible()
    QTest.mouseDClick(tile, LEFT)
    qtbot.waitUntil(window.sound_desk.panel.isVisible)
    assert "No loudspeaker" in window.sound_desk.panel._why.text()
    drag(window.sound_desk.panel.wave, 0.0, 1.0)
    with qtbot.waitSignal(window.session.references_changed):
        window.sound_desk.panel.trim_button.click()


def test_closing_while_it_plays_and_records(sounding, audio, qtbot) -> None:
    QTest.keyClick(sounding.side.sounds.tiles[0], Qt.Key.Key_Space)
    qtbot.waitUntil(lambda: bool(audio.played))
    sounding.sound_desk.record()
    assert not audio.played[0].active
    assert sounding.close()
    assert not audio.recorded[0].active


class NoPortAudio(MetaPathFinder):
    """What importing sounddevice does where the system library is missing."""

    def find_spec(self, fullname, path=None, target=None):
        if fullname == "sounddevice":
            raise OSError("PortAudio library not found")


def test_without_portaudio_the_reason_and_the_package_are_named(monkeypatch) -> None:
    monkeypatch.delitem(sys.modules, "sounddevice", raising=False)
    monkeypatch.setattr(sys, "meta_path", [NoPortAudio(), *sys.meta_path])
    assert "libportaudio2" in PortAudio().trouble(recording=False)
    with pytest.raises(MachineError, match="PortAudio is not installed"):
        PortAudio().play(np.zeros((10, 1), np.float32), 16000)


class Library:
    """As much of sounddevice as the device uses."""

    class PortAudioError(Exception):
        pass

    class CallbackStop(Exception):
        pass

    def __init__(self, *, refuses: bool = False) -> None:
        self.refuses = refuses
        self.streams: list[Library] = []

    def query_devices(self, kind: str):
        if self.refuses:
            raise self.PortAudioError(kind)

    def OutputStream(self, **how):
        return self._open(how)

    InputStream = OutputStream

    def _open(self, how):
        if self.refuses:
            raise self.PortAudioError("no device")
        self.callback = how["callback"]
        self.active = True
        return self

    def start(self) -> None:
        self.active = True

    def abort(self) -> None:
        self.active = False

    def close(self) -> None:
        self.active = False


def test_portaudio_is_fed_and_drained_block_by_block(monkeypatch) -> None:
    library = Library()
    monkeypatch.setitem(sys.modules, "sounddevice", library)
    samples = np.linspace(0, 1, 25, dtype=np.float32)[:, None]
    playing = PortAudio().play(samples, 10)
    out = np.full((10, 1), 9, np.float32)
    library.callback(out, 10, None, None)
    assert np.array_equal(out, samples[:10])
    assert playing.position == 1.0
    library.callback(out, 10, None, None)
    with pytest.raises(Library.CallbackStop):
        library.callback(out, 10, None, None)
    assert np.array_equal(out[:5], samples[20:])
    assert not out[5:].any()
    assert playing.position == 2.5
    playing.stop()
    assert not playing.active
    recording = PortAudio().record()
    for level in (0.1, -0.6, 0.3):
        library.callback(np.full((441, 1), level, np.float32), 441, None, None)
    assert recording.level() == pytest.approx(0.6)
    assert recording.level() == 0
    assert recording.seconds == pytest.approx(0.03)
    heard, rate = recording.stop()
    assert rate == 44_100
    assert heard.shape == (1323, 1)
    assert heard[500] == np.float32(-0.6)


def test_portaudio_without_devices(monkeypatch) -> None:
    monkeypatch.setitem(sys.modules, "sounddevice", Library(refuses=True))
    device = PortAudio()
    assert device.trouble(recording=False) == "No loudspeaker was found."
    assert device.trouble(recording=True) == "No microphone was found."
    with pytest.raises(MachineError, match="loudspeaker"):
        device.play(np.zeros((10, 1), np.float32), 16000)
    with pytest.raises(MachineError, match="microphone"):
        device.record()


def test_moments_and_the_meter(qtbot, look) -> None:
    assert [moment(seconds) for seconds in (0, 7.34, 61.96, 125)] == ["0:00.0", "0:07.3", "1:02.0", "2:05.0"]
    meter = Meter(look)
    qtbot.addWidget(meter)
    meter.set_level(0.1)
    assert meter.share == pytest.approx(2 / 3, abs=0.01)
    meter.set_level(0.0)
    assert meter.share == pytest.approx(2 / 3 - 0.06, abs=0.01)
    meter.set_level(1.0)
    assert meter.share == 1

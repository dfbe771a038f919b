"""Full-size planners in miniature: other tokenizers under the same grammar, talk, stories, turns, InstructAny2Pix."""

from __future__ import annotations

import json

import numpy as np
import pytest
import torch
from tokenizers import Tokenizer, decoders, models, normalizers, pre_tokenizers
from transformers import PreTrainedTokenizerFast

from engine.bundle import Bundle
from engine.errors import BundleError, Cancelled
from engine.importing import bundles
from engine.importing.child import Job
from engine.importing.child import run as import_here
from engine.plan import load
from engine.plan.any2pix import GEN, SLOT, START, Any2PixGrammar
from engine.plan.foreign import ForeignVocabulary
from engine.plan.grammar import Grammar
from engine.plan.templates import IMAGE, answer, turns_of, vicuna
from engine.values import Instruction, Op, Operation, Plan, Turn
from training import tiny, tiny_understanding
from training.bars import studio as bar

PICTURE = bar.picture(40, 60).astype(np.float32) / 255


def sentencepiece() -> PreTrainedTokenizerFast:
    """A tokenizer that writes spaces as Llama's does, with some whole words."""
    signs = [chr(code) for code in range(33, 127)]
    words = ["▁", *signs, *(f"▁{sign}" for sign in signs), "▁b", "▁bo", "▁boa", "▁boat", "\n"]
    vocabulary = {word: at for at, word in enumerate(["<unk>", "<s>", "</s>", *words])}
    inner = Tokenizer(models.BPE(vocabulary, [("▁", "b"), ("▁b", "o"), ("▁bo", "a"), ("▁boa", "t")], unk_token="<unk>"))
    inner.normalizer = normalizers.Sequence([normalizers.Prepend("▁"), normalizers.Replace(" ", "▁")])
    inner.decoder = decoders.Sequence([decoders.Replace("▁", " "), decoders.Fuse(), decoders.Strip(" ", 1, 0)])
    inner.pre_tokenizer = pre_tokenizers.Split("\x00", "isolated")
    return PreTrainedTokenizerFast(tokenizer_object=inner, bos_token="<s>", eos_token="</s>", unk_token="<unk>")


@pytest.fixture(scope="module", params=["bytes", "pieces"])
def vocabulary(request) -> ForeignVocabulary:
    made = tiny_understanding.chat_tokenizer() if request.param == "bytes" else sentencepiece()
    return ForeignVocabulary.of(made)


def write(
    vocabulary: ForeignVocabulary, text: str, lines: list[str], reply: str, prompts: list[str], **more
) -> Grammar:
    """Drive the grammar through a whole plan, which must allow every token of it."""
    grammar = Grammar(vocabulary, (vocabulary.source(text),), (1, 12), more.get("photo", True), ())
    tokens: list[int] = []
    for line in lines:
        for word in line.split():
            special = {">": vocabulary.to, "@": vocabulary.at, "~": vocabulary.by}
            if word in special:
                tokens.append(special[word])
            elif word.startswith("#"):
                tokens += [vocabulary.ref, *vocabulary.number(int(word[1:]))]
            else:
                tokens += vocabulary.encode(f" {word}")
        tokens.append(vocabulary.newline)
    tokens += [vocabulary.newline, *vocabulary.encode(f" {reply}")]
    for prompt in prompts:
        tokens += [vocabulary.open, *vocabulary.open_rest, *vocabulary.encode(f" {prompt}")]
        tokens += [vocabulary.close, *vocabulary.close_rest]
    tokens.append(vocabulary.stop)
    for token in tokens:
        assert token in grammar.allowed(), (vocabulary.tokenizer.id_to_token(token), grammar.state)
        grammar.advance(token)
    while not grammar.done:
        token = grammar.forced()
        assert token is not None
        grammar.advance(token)
    return grammar


def test_plans_are_written_in_any_tokenizer(vocabulary):
    text = "replace the boat with [ref#12] on the left, and make it a bit brighter"
    grammar = write(
        vocabulary, text, ["replace boat > #12 @ on the left", "adjust > brighter ~ a bit"], "Done so.", ["a swan"]
    )
    one, two = grammar.operations
    assert (one.op, one.object, one.ref, one.where) == (Op.replace, "boat", 12, "on the left")
    assert (two.op, two.target, two.amount) == (Op.adjust, "brighter", "a bit")
    assert [vocabulary.decode(prompt).strip() for prompt in grammar.prompts] == ["a swan"]
    assert vocabulary.decode(grammar.reply).strip() == "Done so."
    assert grammar.base == "[photo]"
    assert set(grammar.marks) == {"base", "sub12", "gen"}


def test_a_story_has_several_prompts_and_a_question_none(vocabulary):
    story = write(vocabulary, "a story", ["generate a story"], "Once.", ["a boat", "a storm"], photo=False)
    assert len(story.prompts) == 2
    assert story.base == ""
    talk = write(vocabulary, "what is this?", ["describe this"], "A boat.", [])
    assert talk.prompts == []
    assert talk.marks == {}


def test_only_words_of_the_request_may_be_copied(vocabulary):
    grammar = Grammar(vocabulary, (vocabulary.source("remove the boat"),), (), True, ())
    for token in vocabulary.encode(" remove"):
        grammar.advance(token)
    assert vocabulary.encode(" boat")[0] in grammar.allowed()
    assert vocabulary.encode(" zebra")[-1] not in grammar.allowed()
    assert vocabulary.ref not in grammar.allowed()


def test_text_that_looks_like_a_control_token_stays_text():
    made = tiny_understanding.chat_tokenizer("<video>")
    vocabulary = ForeignVocabulary.of(made)
    assert not vocabulary.special & set(vocabulary.encode("a <video> of </s> it"))
    with pytest.raises(BundleError, match="steered"):
        ForeignVocabulary.of(object())


@pytest.fixture(scope="module")
def talker(tmp_path_factory):
    home = tmp_path_factory.mktemp("talker")

    def made(root):
        tiny_understanding.write_llava(root / "language")
        (root / "language" / "language.json").write_text('{"class": "llava"}')

    return load(bar.bundled(home, "talker", made))


@pytest.mark.parametrize(
    "text", ["replace the boat with [ref#1]", "what is this?", "把天空变成红色", "写一个关于船的故事"]
)
def test_a_llava_plans_validly_in_any_language(talker, text):
    assert talker.sees
    assert talker.multilingual
    assert talker.means_several
    said: list[str] = []
    plan = talker.plan(text, {1: (np.zeros(3, np.float32), "picture")}, picture=PICTURE, on_text=said.append)
    assert plan.operations
    assert plan.reply
    for operation in plan.operations:
        assert not operation.object or operation.object in text or operation.object == "[ref#1]"
    assert "".join(said).count("\n") == len(plan.operations)
    assert talker.plan(text, {1: (np.zeros(3, np.float32), "picture")}, picture=PICTURE) == plan


def test_a_llava_answers_as_the_library_does(tmp_path):
    measured = bar.bar("LLaVA", bar.llava(tmp_path))
    assert measured.ok, measured.figure


def test_decoding_is_greedy_and_looks_at_the_picture(talker):
    turns = turns_of("hello", (), sees=True)
    one, two = (talker.prompt(turns, picture) for picture in (PICTURE, 1 - PICTURE))
    assert one.shape == two.shape
    assert not torch.allclose(one, two)
    plain = talker.prompt(turns_of("hello", (), sees=False), None)
    assert len(plain) == len(one) - 16 - len("\n")
    cache = talker.speaker.cache()
    whole = talker.speaker.forward(plain, cache)
    cache.length = len(plain) - 5
    assert cache.length == len(plain) - 5
    again = talker.speaker.forward(plain[-5:], cache)
    assert torch.allclose(again, whole[-5:], atol=1e-5)


def test_a_cancel_stops_the_talk(talker):
    asked: list[int] = []
    with pytest.raises(Cancelled):
        talker.plan("hello", {}, picture=PICTURE, cancel=lambda: bool(asked.append(1)) or len(asked) > 3)


def test_earlier_turns_are_told_as_they_were_answered():
    plan = Plan("Gladly.", "a red boat", operations=(Operation(Op.replace, "boat", ref=2, where="on the left"),))
    turn = Turn(Instruction("replace the boat with [ref#2]", ()), plan)
    told = answer(turn)
    assert told == "replace boat > [2 @ on the left\n\nGladly. <gen_image> a red boat </gen_image>"
    turns = turns_of("a bit more to the left", [turn], sees=True)
    assert [role for role, _ in turns] == ["user", "assistant", "user"]
    text = vicuna(turns, "</s>")
    assert text.count(IMAGE) == 1
    assert text.index(IMAGE) < text.index("replace the boat") < text.index("Gladly.") < text.index("a bit more")
    assert text.endswith("USER: a bit more to the left ASSISTANT:")
    assert "Gladly. <gen_image> a red boat </gen_image></s> USER:" in text


def test_a_small_vision_model_plans_by_its_own_template(tmp_path):
    def made(root):
        tiny_understanding.write_small_vlm(root / "language")
        (root / "language" / "language.json").write_text('{"class": "vlm"}')

    planner = load(bar.bundled(tmp_path, "small", made))
    plan = planner.plan("remove the boat", {}, picture=PICTURE)
    assert all(
        operation.object in ("", "the boat", "boat", "remove", "the") or operation for operation in plan.operations
    )
    assert plan.operations
    assert plan == planner.plan("remove the boat", {}, picture=PICTURE)
    assert planner.plan("a boat", {}).base == ""


@pytest.fixture(scope="module")
def any2pix(tmp_path_factory):
    home = tmp_path_factory.mktemp("any2pix")
    source = home / "source"
    tiny_understanding.write_any2pix(source)
    job = Job(
        (str(source / "pytorch_model.bin"),), str(home / "any"), config=json.loads((source / "config.json").read_text())
    )
    outcome = import_here(job, lambda _what, _share: None)
    assert outcome["kind"] == "ia2p-llm"
    bundles.alongside(home / "any", source, tuple(outcome["folder"]), "language")
    tiny.write_manifest(home / "any")
    return load(Bundle.open("any", home))


def vector(seed: int) -> np.ndarray:
    return np.random.default_rng(seed).standard_normal(1024).astype(np.float32)


def test_instructany2pix_answers_in_its_trained_form(any2pix):
    c, v = any2pix.controls, any2pix.vocabulary
    grammar = Any2PixGrammar(v, c, True, 2)
    ids = any2pix.tokenizer.convert_tokens_to_ids
    caption, name = v.encode(" a dog"), v.encode("dog")
    tokens = [*c.opening, c.base, ids(SLOT), ids(START), ids(GEN), c.open, *caption, c.close, ids(SLOT)]
    tokens += [*c.more, *name, c.colon, ids(SLOT), c.full_stop, *name, c.colon, ids(SLOT), c.full_stop, c.stop]
    for token in tokens:
        assert token in grammar.allowed(), (token, grammar.state)
        grammar.advance(token)
    assert grammar.done
    slots = [at for at, token in enumerate(tokens) if token == ids(SLOT)]
    # Each embedding is read where the slot is foreseen: one token before it.
    assert [grammar.marks[each] + 1 for each in ("base", "gen", "sub1", "sub2")] == slots
    assert v.decode(grammar.prompts[0]).strip() == "a dog"


def test_instructany2pix_gives_embeddings_base_and_subjects(any2pix):
    references = {1: (vector(1), "picture"), 2: (vector(2), "music")}
    plan = any2pix.plan("add [ref#1] in the mood of [ref#2]", references, vector(3))
    assert any2pix.width == 1024
    assert plan.operations == (Operation(Op.vary),)
    assert plan.prompt
    assert plan.embeddings is not None
    assert np.linalg.norm(plan.embeddings.gen) == pytest.approx(1, abs=1e-4)
    assert plan.base in ("", "[photo]", "[ref#1]")
    assert set(plan.subs) <= {1, 2}
    other = any2pix.plan("add [ref#1] in the mood of [ref#2]", {**references, 2: (vector(9), "music")}, vector(3))
    assert not np.allclose(other.embeddings.gen, plan.embeddings.gen)
    alone = any2pix.plan("a lake at dawn", {})
    assert alone.operations == (Operation(Op.generate),)
    assert alone.base == ""


def test_media_are_added_to_their_slots(any2pix):
    text = "put [ref#1] on [photo], not on <video>"

    def read(reference: np.ndarray) -> torch.Tensor:
        return any2pix.prompt(text, {1: (reference, "picture"), 0: (vector(2), "photo")})

    one, two = read(vector(1)), read(vector(5))
    (place,) = (one != two).any(dim=1).nonzero()[:, 0].tolist()
    slot = any2pix.speaker.embedding[any2pix.controls.slot]
    wanted = any2pix.enter(torch.from_numpy(vector(1) / np.linalg.norm(vector(1)) * 20))
    assert torch.allclose(one[place] - slot, wanted, atol=1e-4)
    assert (one == slot).all(dim=1).sum() == 0


def test_a_tokenizer_without_control_tokens_is_refused(any2pix):
    from engine.plan.any2pix import Controls

    plain = tiny_understanding.chat_tokenizer()
    with pytest.raises(BundleError, match="<video>"):
        Controls.of(plain, ForeignVocabulary.of(plain))


def test_an_unknown_planner_is_named(tmp_path):
    def made(root):
        (root / "language").mkdir()
        (root / "language" / "language.json").write_text('{"class": "oracle"}')

    with pytest.raises(BundleError, match="oracle"):
        load(bar.bundled(tmp_path, "odd", made))

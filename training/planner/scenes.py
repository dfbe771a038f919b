"""How people ask for another background, place, size or canvas, for repairs, variations, words and new pictures."""

# ruff: noqa: E501 (tables of phrases read best with one phrase a line)

from __future__ import annotations

from training.planner import words as w
from training.planner.looks import amount_of, filled
from training.planner.phrases import Scene, core, numbered, pointed, removed, the
from training.planner.spans import Clause, article, expand, mark


def background(scene: Scene, i: int = 0) -> Clause:
    """Another background."""
    rng = scene.rng
    who = expand(
        rng,
        "(me|us|us|me|him|her|them|myself|my friends|my son|this guy|this product|the (couple|dog|cat|car|man|woman|girl|product|bride|family|bottle|kids)|my (dog|cat|son|daughter|wife|family))",
    )
    if rng.random() < 0.45:
        marker, number, _ = scene.ref("picture")
        fixed: dict[str, object] = {"ref": number}
        place = expand(
            rng,
            "({m}|{m}|{m}|the (place|scene|landscape|background|view|scenery) (in|from|of) {m}|this place {m})",
            m=marker,
        )
    else:
        name = rng.choice(w.BACKGROUNDS)
        fixed = {}
        determiner = rng.choice(["", "the"] if name[0].isupper() else ["a", "the", "a", ""])
        place = f"{determiner} {mark(f'{i}t', name)}".strip()
    template = rng.choice(
        [
            "(change|replace|swap|switch|exchange|turn|set|substitute) (the|my|this|that ugly|the whole|) background (to|with|for|into|by) {p}",
            "(put|place|move|set|transport|teleport|take|bring|show|imagine) {q} (on|in|at|in front of|into|to) {p}",
            "(use|take|have|set|put|insert|make) {p} (as|for|in|behind as) (the|a|) (background|backdrop|the background|the backdrop)(| instead|)",
            "{p} (as|for) (the|a|) (background|backdrop)",
            "{p} (background|backdrop|in the background instead)",
            "(I|we) want {p} (behind {q}|as background|as the backdrop|in the background instead)",
            "(make|let) the background (be |look like |) {p}",
            "{p} behind {q}( instead|)",
            "the background should be {p}",
            "(new|different|other) background(:|,| -|) {p}",
            "(replace|change) (everything|all|what is) behind {q} (with|by|to) {p}",
            "instead of this background(,|) (use|I want|put|show) {p}",
            "make it (look like|seem like|as if) {q} (is|are|was|were) (at|in|on) {p}",
            "(cut out {q} and|cut {q} out and) (put|place) (it|them|him|her) (on|in|in front of) {p}",
            "background (to|=|:) {p}",
            "(with|having) {p} (as|in) the background",
        ]
    )
    return Clause(
        filled(rng, template, p=place, q=who),
        (("replace_background", fixed),),
        template[:2] in ("(c", "(p", "(u", "(r", "(m"),
    )


def move(scene: Scene, i: int = 0) -> Clause:
    """Move something."""
    rng = scene.rng
    thing, fixed = removed(rng, scene, i, 0.0, 0.3)
    where = mark(f"{i}w", rng.choice(w.MOVES))
    amount = amount_of(rng, i, 0.3)
    template = rng.choice(
        [
            "(move|shift|push|drag|slide|nudge|relocate|bring|pull|shove|carry|place|get|scoot|reposition|put|send|take|transfer|lift|set) {x} {a} {w}",
            "(move|shift|push|drag|bring|pull|slide) {x} {w} {a}",
            "{x} (should|must|could|has to|needs to) (be|go|stand|sit|move|come) {a} {w}",
            "(I|we) (want|would like|need|'d like) {x} {a} {w}",
            "(can|could) {x} (go|be|move|come) {a} {w}?",
            "(make|let|have) {x} (stand|sit|be|go|appear|come) {a} {w}",
            "{x} {a} {w}( please|)",
            "{x} (is|looks) (wrong there|badly placed|too central|in the wrong place)(,|;|.) (move|put|shift|bring) it {a} {w}",
        ]
    )
    return Clause(
        filled(rng, template, x=thing, a=amount, w=where), (("move", numbered(fixed)),), template[:2] in ("(m",)
    )


def scale(scene: Scene, i: int = 0) -> Clause:
    """Make something bigger or smaller."""
    rng = scene.rng
    thing, fixed = removed(rng, scene, i, 0.08, 0.3)
    up = rng.random() < 0.55
    fixed = numbered(fixed) | {"target": "bigger" if up else "smaller"}
    amount = mark(f"{i}a", rng.choice(w.BIGGER if up else w.SMALLER))
    if rng.random() < 0.55:
        template = rng.choice(
            [
                "(make|make|get|render|have|let's make|turn) {x} {a}",
                "(make|scale|resize|blow up|get) {x} (to|to be|) {a}",
                "{x} (should|must|could|has to|needs to) (be|get|look) {a}",
                "(I|we) (want|would like|need|prefer) {x} (to be|) {a}",
                "{a} {x}",
                "{x} {a}(| please)",
                "(can|could) {x} be {a}?",
                "(let|have) {x} be {a}",
            ]
        )
        return Clause(
            filled(rng, template, x=thing, a=amount),
            (("scale", fixed),),
            template.startswith(("(make|make", "(make|s")),
        )
    if rng.random() < 0.35:
        complaint = rng.choice(
            "too small|so tiny|barely visible|very small|a bit small".split("|")
            if up
            else "too big|huge|too large|gigantic|too tall|oversized|a bit big".split("|")
        )
        return Clause(
            filled(
                rng,
                "{x} (is|looks|are|seems) (|really|a bit|) {c}(|, fix (it|that)|, change that|, can you fix the size)",
                x=thing,
                c=complaint,
            ),
            (("scale", fixed),),
            False,
        )
    verb = rng.choice(
        "enlarge|grow|scale up|blow up|magnify|increase the size of|upsize|upscale the size of|expand the size of|enlarge|size up|double".split(
            "|"
        )
        if up
        else "shrink|scale down|reduce|make small|reduce the size of|minify|downsize|shrink|size down|halve".split("|")
    )
    tail = rng.choice(["", "", amount_of(rng, i, 1), "by " + amount_of(rng, i, 1), ""])
    if "by by" in tail.replace("\x01", ""):
        tail = ""
    return Clause(f"{verb} {thing} {tail}".strip(), (("scale", fixed),))


def fill(scene: Scene, i: int = 0) -> Clause:
    """Fill a hole or the painted area."""
    rng = scene.rng
    masked = rng.random() < 0.55
    thing = (
        f"{rng.choice(['the', 'this', 'my', 'the'])} {rng.choice(w.MASKED)}".replace("the this", "this")
        .replace("this this", "this")
        .replace("my this", "this")
        if masked
        else the(rng, f"{i}o", rng.choice(w.HOLES))
    )
    target = mark(f"{i}t", rng.choice(w.FILLS))
    template = rng.choice(
        [
            "(fill|fill in|fill up|complete|patch|patch up|inpaint|paint over|cover|close|repair) {x}",
            "(fill|fill in|inpaint|patch|cover|complete|paint|close) {x} with {t}",
            "{x} (should|must|needs to) be (filled|filled in|patched|filled with {t}|completed)",
            "(put|paint|place) {t} (in|into|over) {x}",
            "(fill|inpaint|complete) {x} (naturally|seamlessly|so that nobody notices|please|content aware|properly|with the surroundings)",
            "(finish|reconstruct|make up|invent) what (is|was|goes) in {x}",
        ]
    )
    return Clause(filled(rng, template, x=thing, t=target), (("fill", {}),), template[1] in "fprciu")


def expand_canvas(scene: Scene, i: int = 0) -> Clause:
    """More picture at the sides."""
    rng = scene.rng
    side = mark(f"{i}w", rng.choice(w.SIDES))
    amount = mark(
        f"{i}a",
        rng.choice(
            [
                "20%",
                "30 percent",
                "200 pixels",
                "a bit",
                "a lot",
                "half",
                "500px",
                "a third",
                "10 percent",
                "a little",
                "25%",
                "100 px",
            ]
        ),
    )
    shape = mark(f"{i}t", rng.choice(w.FORMATS))
    template = rng.choice(
        [
            "(add|give me|give it|make|I need|I want|leave|create|put|show|we need|need) (|more|some more|extra|some|a bit more) (room|space|canvas|picture|breathing room|margin|scenery) {w}",
            "(expand|extend|widen|outpaint|enlarge|uncrop|grow|stretch out|continue|extend out) "
            "(the|this|my|) (picture|photo|image|canvas|frame|scene|shot|view|borders|[photo]) {w}",
            "(expand|extend|outpaint|widen|enlarge|grow) (the (canvas|picture|photo|image|frame)|it|[photo]) (by|with) {a}",
            "(expand|extend|outpaint) (the (canvas|picture|photo|image|frame)|it) {w} by {a}",
            "(make|turn) (it|the (photo|picture|image|frame|canvas)|this) (into |) {t}",
            "(zoom out|uncrop|show more of the (scene|surroundings)|outpaint|widen the view|zoom out to show more)( {w}|)( please|)",
            "(continue|extend) the (scene|landscape|picture|image) {w}",
            "(I want to|let me|can I|I'd like to) see more {w}",
            "(it|the photo|this|the picture) (is cropped|is cut|is too tight|is too narrow|was framed) (too tight|) {w}(, add space|, extend it|, show more|, give it more room)",
            "more (space|room|canvas|sky|picture) {w}",
            "(his|her|their|my|our|the dog's|the car's) (feet|head|heads|legs|tail|hat|top|roof|arm) (is|are|got|was|were) (cut off|cropped|cut|missing|out of frame|chopped off)(| {w})(, extend it|, show more|, add space|, expand the photo|)",
            "what (is|was|lies) (beyond|outside) the (frame|edge|border)( {w}|)?",
            "(convert|change) (it|the picture|this|the format) to {t}",
            "{t} (version|format)(, fill the sides|, extend the sides| please)",
            "there is not enough (space|room) {w}",
            "(extend|expand) (to|into) {t}",
        ]
    )
    return Clause(
        filled(rng, template, w=side, a=amount, t=shape).replace("too tight too tight", "too tight"),
        (("expand", {}),),
        template[:2] in ("(e", "(c") or template.startswith(("(add", "(zoom", "(make")),
    )


def restore(scene: Scene, i: int = 0) -> Clause:
    """Repair and sharpen."""
    rng = scene.rng
    local = rng.random() < 0.2
    thing = (
        the(
            rng,
            f"{i}o",
            rng.choice(
                [
                    "face",
                    "faces",
                    "eyes",
                    "text",
                    "hair",
                    "background",
                    "sky",
                    "old man's face",
                    "dog",
                    "building",
                    "licence plate",
                    "hands",
                    "fur",
                ]
            ),
        )
        if local
        else expand(
            rng,
            "(it|this|[photo]|(the|this|my) (old |faded |scanned |damaged |blurry |noisy |grandmother's |)(photo|picture|image|scan|shot|photograph|portrait|print|negative))",
        )
    )
    template = rng.choice(
        [
            "(restore|repair|fix up|sharpen|denoise|deblur|enhance|unblur|clean up|upscale|de-noise|descratch|clear up|recover|refresh|sharpen up|rescue|fix|improve the quality of|increase the resolution of|superresolve|reconstruct|touch up) {x}",
            "(clean up|remove|reduce|get rid of|take away|fix|kill|cut down|clear) the (noise|grain|blur|jpeg artifacts|compression artifacts|scratches and dust|noise and blur|pixelation|blurriness|blotches|moire)(| in {x}| from {x}| on {x}| of {x})",
            "(make|get) {x} (sharper|crisper|crisp|clearer|sharp|less blurry|less noisy|less grainy|high resolution|more detailed|hd|4k|crystal clear|higher quality|as good as new|cleaner)",
            "{x} (is|looks|came out|seems|are) (blurry|noisy|grainy|too blurry|very noisy|pixelated|damaged|scratched|not sharp|soft|full of noise|shaky|low quality|torn and faded|fuzzy|out of focus|low res)(|, fix it|, can you (fix|save|restore|repair|rescue) (it|this)|, please help|, do something)",
            "(increase|improve|bring back|boost|recover|get back|enhance) the (sharpness|detail|details|resolution|quality|clarity|fine detail)(| of {x}| in {x})",
            "(more|better) (sharpness|resolution|detail|details|quality)",
            "(make|get) {x} look (new|like new|newly taken|as good as new)",
            "(less|no|no more) (noise|blur|grain|artifacts)(| in {x}| please)",
            "(upscale|upres|enlarge without loss) {x} (2x|4x|to 4k|by 2|)",
            "sharper(| please)",
            "(there is|there's|it has|I see) (too much |a lot of |)(noise|grain|dust|scratches|blur|jpeg artifacts)(| on {x}| in {x})(, fix it|, clean it|)",
            "{x} (needs|could use|deserves|wants) (a restoration|sharpening|a clean up|denoising|some repair|more sharpness)",
            "more sharp(| please)",
            "(remove|repair|heal|fix) (the |all the |)(scratches|dust|creases|folds|stains and scratches|tears|cracks)(| from {x}| on {x}| in {x})",
            "bring {x} back to life",
        ]
    )
    return Clause(filled(rng, template, x=thing), (("restore", {}),), template[:2] in ("(r", "(c", "(m", "(u"))


def vary(scene: Scene, i: int = 0) -> Clause:
    """Variations of the whole picture."""
    template = (
        "((give me|make|show me|create|do|generate|produce|try|I want|I'd like|let me see) (|some|a few|three|two|four|several|more|another|different|new) (variations|variation|versions|alternatives|takes|variants|options)(| of (it|this|this photo|the picture|[photo]|the same scene))|"
        "(another|a different|one more|an alternative|a new|some other) (version|take|variation|variant)(| please| of this| of the same picture)|(something|a picture|an image) (similar|like this|like it|in the same spirit)|(surprise me|try again differently|reimagine it|reimagine this|remix (it|this|the picture)|vary (it|this|the photo|the picture)|shuffle it|"
        "make (one|another) like (this|it)|make something similar|similar (picture|image) please|do the same but different|same but different|more like this|reinterpret (this|the photo)|play with it|give it a new take|roll again|mix it up))"
    )
    return Clause(expand(scene.rng, template), (("vary", {}),))


def describe(scene: Scene, i: int = 0) -> Clause:
    """Questions about the picture."""
    rng = scene.rng
    if rng.random() < 0.16:
        marker, number, _ = scene.ref("picture", "sound", "music")
        template = "(what (is|do you see|do you hear) in {m}?|describe {m}|what (is|does) {m}( show|)?|what am I hearing in {m}|tell me what {m} is|who or what is in {m}?|name what you (hear|see) in {m}|caption {m}|what makes the sound in {m}?)"
        return Clause(filled(rng, template, m=marker), (("describe", {"object": marker, "ref": number}),), False)
    if rng.random() < 0.18:
        thing = the(rng, f"{i}o", core(rng, 0.25))
        template = "(what (kind of|sort of|breed of|type of|colour is) {o} (is (it|that|this)|)?|describe {o}|tell me (about|something about) {o}|what (is|are) {o} (doing|made of|holding|looking at)?|what do you know about {o}?|where (is|are) {o}?|how old is {o}?)"
        return Clause(
            filled(
                rng, template.replace("kind of|sort of|breed of|type of|colour is", "about|about|colour is|is"), o=thing
            ),
            (("describe", {}),),
            False,
        )
    template = (
        "(what('s| is|s) (in|on|shown in|happening in|depicted in|visible in|going on in) (this|the|my|that) (picture|photo|image|shot|pic|scene)?|what do (you|we) see(| here| in this photo| in it)?|describe (it|this|the (picture|photo|image|scene)|this (picture|photo)|what you see|[photo]|my photo)(| to me| for me| in detail| please|)|"
        "what (is|'s) (this|that|it)(| a picture of| about)?|(tell|show) me (what|about what) (is|you see|you can see) (in|on) (it|the picture|this photo|here)|caption (this|it|the photo)|can you (see|recognise|recognize|tell) what (this|it|that) is?|who (is|are) (in|on) (this|the) (picture|photo)?|where was (this|it) taken?|what does (the|this) (photo|picture|image) show?|give me (a|an|) (caption|description|alt text|summary)(| of (it|this|the photo))|"
        "what am i looking at(| here)?|explain (this|the) (picture|photo)(| to me)|what objects (are|do you see) (there|here|in it)?|read (the|this) (picture|photo) to me|do you know (what|where) this is?|is there (a person|anything|someone|a dog|a cat) in (the|this) (photo|picture)?|how many (people|dogs|cars|trees|birds) (are there|do you see|are in the picture)?|write (a caption|alt text|a description) for (it|this|the photo))"
    )
    return Clause(expand(rng, template), (("describe", {}),), False)


def generate(scene: Scene, i: int = 0) -> Clause:
    """A new picture from words and references."""
    rng = scene.rng
    verb = expand(
        rng,
        "(a (picture|photo|painting|drawing|image|photograph) of|(generate|create|make|draw|paint|show me|imagine|give me|render|produce|design|make me|I want|I need|I'd like|please draw) (a|an|one|some|) (picture|photo|image|painting|photograph|drawing|scene|poster|illustration) (of|with|showing)|draw|paint|imagine|generate|create|"
        "show me|I want to see|picture|visualize|)",
    )
    place = rng.choice(
        [
            f"in {article(rng.choice(w.BACKGROUNDS))}",
            f"on {article(rng.choice(['beach', 'hill', 'table', 'street', 'boat', 'roof', 'rock']))}",
            f"at {rng.choice(['sunset', 'night', 'dawn', 'noon'])}",
            "",
            "",
            f"in {rng.choice(['winter', 'autumn', 'the rain', 'the snow', 'spring'])}",
            f"and {article(core(rng, 0.2))}",
            f"under {article(rng.choice(['tree', 'bridge', 'full moon', 'starry sky']))}",
            f"in the style of {rng.choice(w.STYLES)}",
        ]
    )
    fixed: dict[str, object] = {}
    if rng.random() < 0.4:
        marker, number, noun = scene.ref("picture", "picture", "sound", "music")
        fixed = {"ref": number}
        kind = scene.refs[number][0]
        text = f"{verb or 'draw'} {pointed(rng, scene, number, marker, noun, kind)} {place}"
        return Clause(" ".join(text.split()), (("generate", fixed),), False)
    phrase = " ".join(f"{core(rng, 0.5)} {place}".split())
    return Clause(
        f"{verb} {article(phrase).split()[0] if rng.random() < 0.8 else ''} {mark(f'{i}o', phrase)}".replace(
            "  ", " "
        ).strip(),
        (("generate", {}),),
        False,
    )


def change_with(scene: Scene, i: int = 0) -> Clause:
    """Selecting first, then changing ("take the car and make it red")."""
    rng = scene.rng
    thing = the(rng, f"{i}o", core(rng, 0.3))
    pick = expand(rng, "(take|find|select|see|look at|you know|regarding|as for|about|concerning|on|for|with)")
    form = rng.randrange(4)
    if form == 0:
        tail, op, fixed = f"make it {mark(f'{i}t', rng.choice(w.COLOURS))}", "adjust", {}
    elif form == 1:
        tail, op, fixed = (
            rng.choice(["remove it", "delete it", "get rid of it", "erase it", "take it out", "it has to go"]),
            "remove",
            {},
        )
    elif form == 2:
        up = rng.random() < 0.5
        tail, op, fixed = (
            f"make it {mark(f'{i}a', rng.choice(w.BIGGER if up else w.SMALLER))}",
            "scale",
            {"target": "bigger" if up else "smaller"},
        )
    else:
        tail, op, fixed = f"move it {mark(f'{i}w', rng.choice(w.MOVES))}", "move", {}
    return Clause(
        f"{pick} {thing}{rng.choice([' and', ',', ':', ', please', ' -'])} {tail}",
        ((op, fixed),),
        pick in ("take", "find", "select"),
    )

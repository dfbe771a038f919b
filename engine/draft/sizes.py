"""How tall things usually are, in metres, so that a placed object has a believable size beside others."""

from __future__ import annotations

import re
from collections.abc import Mapping
from types import MappingProxyType

_TABLE = """
0.02 coin ring bee ladybird ladybug fly ant snail shell strawberry cherry grape acorn pebble
0.05 egg butterfly dragonfly beetle spider mouse frog lemon lime plum apricot kiwi walnut biscuit cookie mushroom
0.08 apple orange peach pear tomato onion potato banana croissant muffin cupcake doughnut donut phone watch sparrow
0.11 cup mug glass candle teacup coffee robin hamster gecko lizard chameleon crab bun bread burger sandwich pizza
0.15 book shoe boot bowl hat camera clock sunflower rose tulip flower daisy lily orchid parrot pigeon squirrel starfish
0.22 bottle vase duck duckling chick teapot kettle ball football basketball pineapple cabbage pumpkin melon crow gull
0.3 cat kitten rabbit hare chicken hen rooster puppy backpack bag basket lamp radio drum violin trumpet fish turtle owl
0.4 fox raccoon goose turkey suitcase bucket helmet toy pot plant cactus fern hawk falcon eagle lobster
0.55 dog pug beagle terrier sheepdog penguin heron pelican lamb goat_kid piglet stool fern television tv monitor guitar
0.7 wolf pig sheep goat swan flamingo kangaroo_joey table desk cheetah leopard chimpanzee monkey gorilla panda
0.95 chair bench sofa couch bicycle bike motorcycle scooter lion tiger deer calf boar ostrich_chick saxophone cello
1.2 child boy girl cow bull bear moose_calf donkey pony zebra_foal hydrant barrel fountain statue bush shrub
1.5 car taxi boat rowing_boat canoe horse zebra camel bison buffalo rhino rhinoceros hippo hippopotamus piano tent
1.7 person man woman people dancer boy_scout soldier snowman surfer player fireman policeman clown scarecrow
2.0 door gate kangaroo ostrich wardrobe fridge refrigerator bookshelf sign kiosk
2.8 elephant van truck ambulance tractor caravan shed helicopter sailboat lorry
3.5 bus tram train locomotive streetlamp lamppost excavator dinosaur
5 giraffe house hut cottage tree palm yacht pine
8 oak windmill castle church barn lighthouse ship plane aeroplane airplane temple building tower bridge
"""


def _parse() -> Mapping[str, float]:
    heights: dict[str, float] = {}
    for line in _TABLE.strip().splitlines():
        metres, *names = line.split()
        for name in names:
            heights.setdefault(name.replace("_", " "), float(metres))
    return MappingProxyType(heights)


HEIGHTS = _parse()


def height_of(name: str) -> float | None:
    """Usual height of what a phrase names, in metres; absent when the phrase holds no known noun.

    The last known noun counts ("a chocolate cat" is a cat), plurals are taken for their singular.
    """
    words = re.findall(r"[a-z]+", name.lower())
    for index in range(len(words) - 1, -1, -1):
        for phrase in (" ".join(words[index : index + 2]), words[index]):
            for form in _forms(phrase):
                if form in HEIGHTS:
                    return HEIGHTS[form]
    return None


def _forms(word: str) -> tuple[str, ...]:
    """The word and what its singular may be."""
    forms = [word]
    if word.endswith("ies"):
        forms.append(word[:-3] + "y")
    if word.endswith("es"):
        forms.append(word[:-2])
    if word.endswith("s"):
        forms.append(word[:-1])
    if word.endswith("ves"):
        forms.append(word[:-3] + "f")
    return tuple(forms)

"""Everyday words that the instruction generator draws from: things, places, looks, styles, moods, sounds."""

# ruff: noqa: E501 (tables of phrases read best with one phrase a line)

from __future__ import annotations

from engine.values import Op

ANIMALS = """dog cat puppy kitten horse cow sheep goat pig chicken rooster hen duck goose swan pigeon seagull crow owl eagle
parrot sparrow robin peacock penguin flamingo stork heron rabbit hare squirrel fox wolf bear deer moose elk elephant lion tiger
leopard cheetah giraffe zebra monkey gorilla camel donkey kangaroo koala panda hedgehog mouse rat hamster frog toad snake lizard
turtle tortoise crocodile fish goldfish shark dolphin whale octopus crab lobster jellyfish starfish snail butterfly moth bee wasp
ladybird dragonfly spider ant beetle bird seal otter bat llama bull pony lamb calf turkey raven hummingbird husky labrador poodle
bulldog dalmatian tabby""".split()
PEOPLE = """man woman boy girl child baby toddler tourist tourists people person kid kids crowd lady guy dude couple bride groom
dancer cyclist runner surfer skier hiker fisherman farmer chef waiter policeman soldier astronaut clown pirate wizard knight
photographer musician guitarist violinist drummer singer grandmother grandfather brother sister friend stranger photobomber
pedestrian jogger swimmer skateboarder boyfriend girlfriend husband wife uncle lifeguard driver sailor monk nun king queen""".split()
VEHICLES = """car truck bus van taxi bicycle bike motorbike motorcycle scooter tractor train tram boat ship sailboat canoe kayak ferry
yacht submarine plane airplane aeroplane helicopter rocket balloon ambulance caravan trailer skateboard carriage lorry bulldozer
crane spaceship drone cart wagon speedboat|fire engine|police car|hot air balloon|pickup truck|sports car|rowing boat|cruise
ship|fishing boat|steam train|race car|fire truck|double-decker bus|hang glider|fighter jet""".replace("\n", " ")
PLANTS = """tree palm oak pine bush hedge flower rose tulip sunflower daisy orchid cactus fern grass ivy mushroom lily poppy lavender
bamboo bonsai willow flowers trees bushes weeds leaves branch branches moss vine|palm tree|cherry tree|christmas tree|pine
tree|flower bed|apple tree|water lily|dead tree|potted plant|bouquet of flowers|dry grass""".replace("\n", " ")
FOOD = """apple banana orange lemon pear peach cherry strawberry grapes watermelon pineapple tomato carrot onion potato pumpkin
pepper cucumber bread cake pizza burger sandwich cookie cheese egg sushi steak salad soup pie pancake doughnut croissant chocolate
coffee tea wine beer juice milkshake muffin noodles|ice cream|hot dog|cup of coffee|glass of wine|wine glass|bottle of wine|bowl of
fruit|birthday cake|slice of pizza|wedding cake""".replace("\n", " ")
THINGS = """chair table sofa lamp bench bed desk shelf cupboard mirror clock vase candle picture painting poster book newspaper pen
pencil bag backpack suitcase umbrella hat cap glasses sunglasses scarf tie shoe shoes boot boots jacket shirt dress watch ring
necklace crown helmet mask guitar piano violin drum trumpet saxophone accordion flute harp cello bell microphone speaker camera
phone laptop keyboard screen tv television radio cup mug plate bowl bottle knife fork spoon kettle teapot pan pot ball football
basketball kite toy doll teddy balloon gift present box basket bin bucket barrel ladder rope key lock anchor flag sign signpost
billboard banner lamppost streetlight pole post fence gate door window curtain carpet rug pillow blanket towel tent hammock swing
fountain statue sculpture tombstone bonfire campfire fireplace chimney scarecrow snowman robot telescope binoculars compass hammer
saw axe sword shield bow arrow wheel tyre engine antenna cable cables wire wires trash litter rubbish graffiti sticker logo
watermark text caption date timestamp reflection shadow glare spot stain scratch dust pimple blemish wrinkle scar tattoo mole
moustache beard fridge oven toaster fan bathtub sink toilet broom vacuum scaffolding parasol deckchair surfboard
snowboard skis sled pram stroller wheelchair cone hydrant mailbox barrier|power lines|traffic light|traffic cone|road sign|stop
sign|fire hydrant|garbage bin|trash can|garbage bag|plastic bag|beach umbrella|beach towel|beach ball|lens flare|date stamp|teddy
bear|street lamp|telephone pole|phone box|post box|park bench|picnic table|rocking chair|coffee cup|wall clock|cowboy hat|top
hat|straw hat|santa hat|party hat|bow tie|acoustic guitar|drum kit|grand piano|church bell|exit sign|for sale sign|security
camera|light switch|power socket|shopping cart|water bottle|selfie stick|rubber duck|garden gnome|wind turbine|satellite
dish|air conditioner|red carpet|treasure chest|pair of glasses|string lights|paper lantern|bird house|garden hose|wet floor sign"""
THINGS = THINGS.replace("\n", " ")
BUILDINGS = """house church castle tower skyscraper bridge lighthouse windmill barn cottage temple mosque pagoda pyramid cabin hut
shed garage factory hotel shop cafe pub school stadium museum palace cathedral wall road street path pier dock stairs balcony roof
tunnel monument ruins|office building|gas station|bus stop|water tower|stone bridge|wooden bridge|train station|log cabin|red brick
house|tower block|block of flats|ferris wheel|parking lot""".replace("\n", " ")
NATURE = """mountain hill river lake sea ocean waterfall beach island cliff rock rocks cloud clouds moon sun rainbow star stars sunset
snow fog mist lightning storm field forest meadow pond puddle wave waves sand volcano iceberg cave canyon glacier stream desert
boulder dune fire smoke|full moon|shooting star|northern lights|storm clouds|palm beach|big wave|milky way""".replace(
    "\n", " "
)
PARTS = """sky water grass background foreground face eyes eye hair skin teeth lips hands hand nose nails sky wall walls floor ceiling
ground pavement road leaves petals fur feathers ear ears tail wings paws dress shirt jacket jeans trousers skirt hat scarf eyebrows
cheeks hood bonnet wheels headlights bumper sails hull door roof windows curtains sofa cushions horizon shadows
highlights|left side|right side|top half|lower half|left half|the corners|left corner|bottom left corner|top right corner|upper part|lower part|edges|centre|jumper|sweater|coat|uniform|suit|middle""".replace(
    "\n", " "
)
PARTS = PARTS.replace("the corners", "corners")


def split(text: str) -> list[str]:
    """Words of a table: spaces divide single words, bars divide names of several words."""
    head, *rest = text.split("|")
    # The words before the first bar are single words, except that its last ones may belong to the first name.
    return head.split() + [" ".join(name.split()) for name in rest]


CATEGORIES = {
    "animal": ANIMALS,
    "person": PEOPLE,
    "vehicle": split(VEHICLES),
    "plant": split(PLANTS),
    "food": split(FOOD),
    "thing": split(THINGS),
    "building": split(BUILDINGS),
    "nature": split(NATURE),
}
SURFACES = split(PARTS)
GROUPS = [
    "flock of birds",
    "herd of cows",
    "group of people",
    "pair of shoes",
    "bunch of flowers",
    "row of trees",
    "pile of books",
    "stack of plates",
    "couple of ducks",
    "crowd of tourists",
    "bunch of balloons",
    "school of fish",
    "swarm of bees",
    "pile of leaves",
    "line of cars",
    "glass of water",
    "mess on the floor",
    "stuff on the table",
    "thing in the corner",
    "junk",
    "clutter",
    "thing",
    "object",
    "guy",
    "smudge",
    "finger",
    "thumb",
    "smear",
    "reflection of the camera",
    "blur in the corner",
    "white dot",
    "strange light",
    "dog poop",
    "red eye",
    "braces",
    "double chin",
    "acne",
    "tan line",
    "stray hair",
    "hair on her face",
    "price tag",
    "label",
    "brand name",
    "name tag",
    "licence plate",
    "phone number",
]
PLURAL_WORDS = frozenset(
    """tourists people kids flowers trees bushes weeds leaves branches grapes noodles glasses sunglasses shoes boots
    skis cables wires rocks clouds stars waves ruins stairs binoculars eyes teeth lips hands nails walls petals feathers
    ears wings paws jeans trousers eyebrows cheeks wheels headlights sails windows curtains cushions shadows highlights
    corners lines lights""".split()
)
MASS_WORDS = frozenset(
    """grass ivy moss bamboo lavender bread cheese coffee tea wine beer juice chocolate salad soup snow fog mist
    lightning water fire smoke sand trash litter rubbish graffiti text dust glare scaffolding hair skin fur sky ground
    steak sushi pavement background foreground""".split()
)

ADJECTIVES = """red blue green yellow white black brown pink orange purple grey golden silver big small little tiny huge large tall
short long old new young wooden metal plastic broken rusty shiny dirty ugly beautiful fluffy bright dark wet striped spotted round
empty annoying random weird lonely cute fat thin vintage modern ripped dead giant blurry burning bald smiling sleeping
standing sitting running flying parked abandoned colourful fancy cheap white-haired black-and-white snowy distracting half-eaten
turquoise beige maroon navy crooked leaning lovely majestic second first last other left right middle leftmost rightmost nearest closest
third biggest smallest front back ancient sleepy angry happy sad elegant fresh rotten transparent glass stone brick blonde dark-haired""".split()
COLOURS = (
    *"""red blue green yellow white black brown pink orange purple grey gold silver turquoise teal navy maroon beige cream
lavender violet crimson emerald mint""".split(),
    *["dark blue", "light green", "bright red", "pastel pink", "sky blue", "deep purple"],
)
CLAUSES = """in the red shirt|with the hat|with the umbrella|in the blue dress|with the backpack|in the yellow jacket|wearing
sunglasses|holding the phone|with the long hair|who is looking at the camera|who is smoking|walking by|that is parked there|with a
beard|with the broken window|with the red roof|that has fallen over|sitting on the bench|standing next to my wife|in the
striped shirt|with the flag|in the white coat|who blinked|photobombing us|of my neighbour|with the long tail|covered in snow|full of people|with the open door|that is too close|carrying a bag|in uniform|with curly hair|eating an ice cream|with the red bow|who looks away|made by my son|that we bought last year|in the wheelchair|with two wheels|playing guitar|looking at her phone|that looks out of place|made of wood|full of fruit|with
the logo|in his hand|in her hand|that sticks out of his head|with stripes|holding a balloon|on the bike|crossing the street|riding a bike|hanging from the
ceiling""".replace("\n", " ").split("|")

WHERES = """on the left|on the right|in the background|in the foreground|in the middle|in the centre|at the top|at the bottom|in the
corner|in the top left corner|in the bottom right corner|in the upper right|in the lower left|on the far left|on the far right|to the
left|to the right|behind us|in front of us|in front of the house|behind the tree|next to the door|left of the door|right of the
window|to the left of the car|to the right of the bench|on the table|on the grass|on the bench|on the roof|on the beach|on the
water|in the sky|on the road|under the tree|under the table|above the house|near the fence|beside the car|by the river|on the
horizon|at the edge|between the trees|between the two chairs|on top of the hill|in the distance|on her head|on his head|on the
wall|over the bridge|below the window|in the snow|along the path|next to me|behind the couple|in the field|on the left side|on the
right hand side|in the top right|close to the camera|at the back|at the front|up there|down there|in the window|inside the
boat|across the street|against the wall|at the bottom left|near the edge of the frame|on the floor|by the pool|next to the old man|on the
stairs|in the grass|on the sand|near the water|in the lake""".replace("\n", " ").split("|")
ADD_WHERES = """on her lap|in his hand|in her hair|around his neck|on my shoulder|floating on the lake|flying over the houses|sitting on the
bench|standing next to me|parked in front of the house|leaning against the wall|swimming in the pool|walking along the path|hanging
on the wall|on the empty chair|where the chair is|in the empty space|on top of the cake|in the upper left part of the sky""".replace(
    "\n", " "
).split("|")
MOVES = """to the left|to the right|up|down|left|right|to the middle|to the centre|closer to the camera|further away|further
back|closer to the house|to the other side|to the top right corner|to the bottom left|next to the tree|towards the edge|behind the
car|in front of the door|higher|lower|upwards|downwards|onto the table|off the road|nearer to the door|away from the wall|over to
the left side|to the foreground|into the background|under the tree|to the far right|onto the grass|between the trees|out of the
shade""".replace("\n", " ").split("|")
SLIGHT = """a bit|a little|slightly|a tiny bit|a touch|a little bit|a lot|much|way|20%|10 percent|by 30%|just a hair|a
smidge|somewhat|considerably|a tad|50%|way more|very slightly|significantly|strongly|by half|200 pixels|two steps|subtly""".replace(
    "\n", " "
).split("|")
BIGGER = """bigger|larger|taller|wider|twice as big|twice the size|three times bigger|double the size|much bigger|huge|a bit
bigger|slightly larger|1.5 times larger|30% bigger|a lot bigger|enormous|twice as large|10x bigger|more massive""".replace(
    "\n", " "
).split("|")
SMALLER = """smaller|half the size|half as big|tiny|shorter|thinner|a bit smaller|much smaller|slightly smaller|20% smaller|a third of its
size|less huge|a little smaller|way smaller|narrower|half its size""".replace("\n", " ").split("|")

# What an adjustment makes of a picture; the first word of each list is the name the planner gives to verbs and
# complaints ("brighten", "too dark"), the others are said by users and copied.
LOOKS = {
    "brighter": "more bright|a bit of light|brighter|lighter|less dark|not so dark|more exposed|sunnier|well lit",
    "darker": "more dark|darker|less bright|dimmer|moodier and darker|not so bright|less exposed",
    "more contrast": "more contrast|contrastier|punchier|more punch|crisper contrast|more contrasty|higher contrast",
    "less contrast": "less contrast|flatter|softer contrast|lower contrast|less harsh|softer",
    "more vivid": "more vivid|more saturated|more colourful|more colorful|punchier colours|richer colours|more vibrant|brighter "
    "colors|livelier|popping|less dull|stronger colours|more saturation|less grey|pop more",
    "less saturated": "less saturated|paler|more muted|less colourful|duller|more pastel|less saturation|washed out|faded|toned down",
    "warmer": "more warm|warmer|more golden|a warmer tone|warmer tones|more orange|warmer colours|less cold|less blue|yellower",
    "cooler": "more cold|deeper blue|a deeper blue|cooler|colder|bluer|cooler tones|less warm|less orange|less yellow|more blue|a colder tone",
    "greener": "greener|deeper green|more green|less magenta|lusher",
    "less green": "less green|more magenta|pinker|rosier",
    "redder": "redder|more red|less pale",
    "black and white": "black and white|b&w|monochrome|greyscale|colourless|gray",
    "blurred": "blurry|out of focus|blurrier|softer focus|blurred",
}
LOOK_VERBS = {
    "brighter": "brighten|lighten|brighten up|light up|lift|lighten up|raise the exposure of|bring up the brightness of|boost the "
    "brightness of|whiten|illuminate|turn up the light on|expose more for",
    "darker": "darken|dim|tone down the brightness of|lower the exposure of|make darker|turn down the brightness of|bring down",
    "more contrast": "add contrast to|increase the contrast of|boost the contrast in|give more contrast to|bump the contrast of|raise the contrast in",
    "less contrast": "reduce the contrast of|lower the contrast of|soften the contrast in|flatten|cut the contrast in",
    "more vivid": "saturate|boost the colours of|enhance the colors of|intensify|increase the saturation of|punch up the colours "
    "of|bring out the colours in|make the most of the colours in|pump up the colors in|enrich|crank up the saturation of",
    "less saturated": "desaturate|mute|tone down|tone down the colours of|reduce the saturation of|fade|soften the colours of|wash out",
    "warmer": "warm up|add warmth to|give some warmth to|raise the temperature of|warm",
    "cooler": "cool down|cool|lower the temperature of|cool off",
    "black and white": "take the colour out of|remove the colour from|drain the color from|turn off the colours in",
    "blurred": "blur|defocus|soften|throw out of focus|blur out|add blur to",
}
COMPLAINTS = {
    "brighter": "too dark|underexposed|so dark|very dark|a bit dark|rather dim|way too dark|in shadow|hard to see|kind of dark|gloomy",
    "darker": "too bright|overexposed|blown out|too light|very bright|way too bright|glaring",
    "more contrast": "too flat|flat|lacking contrast|hazy|foggy looking|low on contrast",
    "less contrast": "too harsh|too contrasty|very harsh|too hard",
    "more vivid": "dull|too dull|boring|washed out|pale|lifeless|too grey|faded|drab|so grey|a bit bland|bland",
    "less saturated": "too colourful|oversaturated|too saturated|too vivid|garish|too intense|screaming|too loud|too strong",
    "warmer": "too cold|too blue|so cold|a bit cold|bluish|icy",
    "cooler": "too warm|too yellow|too orange|yellowish|too reddish|orange-looking",
    "less green": "too green|greenish|a bit green",
}
TOO_MUCH = {
    "darker": "light|brightness|glare from the sun|exposure",
    "less contrast": "contrast",
    "less saturated": "saturation|colour|color",
    "cooler": "yellow|orange|warmth",
    "warmer": "blue",
}
EFFECTS = """film grain|a vignette|some grain|warm glow|a soft glow|more light|some contrast|more shadow|a sepia tone|more depth|a golden
tint|a blue tint|sun flare|warmth|a pink tint|haze|some fade|drama to the clouds|more highlights|softness""".replace(
    "\n", " "
).split("|")

STYLES = """watercolour|watercolor painting|oil painting|pencil sketch|charcoal drawing|cartoon|comic book|anime|pixel art|pop art|film
noir|vintage|70s polaroid|polaroid|retro|impressionist painting|Van Gogh|Monet|Picasso|cubist|art deco|cyberpunk|steampunk|stained
glass|mosaic|lego|low poly|3d render|claymation|pastel drawing|ink drawing|line art|woodcut|Japanese woodblock print|ukiyo-e|graffiti
art|sepia photograph|old postcard|Pixar movie|Studio Ghibli film|renaissance painting|surrealist|Dali painting|baroque|minimalist
poster|vaporwave|neon|infrared photograph|Kodachrome|lomography|analog film|cinematic film still|Wes Anderson movie|crayon drawing|children's
book illustration|paper cutout|embroidery|old newspaper print|blueprint|travel poster|gouache|fresco|pointillist painting|tintype|super 8
film|video game|manga|kids drawing|chalk drawing|Rembrandt|Turner|Klimt|Hockney|Banksy|Andy Warhol|Edward Hopper|Hokusai|Caravaggio|Vermeer|Kandinsky|Matisse|Cezanne|Fuji Velvia|Portra 400|spaghetti western|Chinese ink painting|marble
sculpture|woodcarving|neon sign|medieval manuscript|tarot card|stamp|fashion magazine|horror film|sci-fi movie|silent film|scrapbook|finger painting|tattoo|bauhaus poster|gothic novel cover|knitted wool|origami""".replace(
    "\n", " "
).split("|")
MOODS = """a rainy evening|night|a winter day|autumn|spring|summer|sunset|sunrise|golden hour|dusk|dawn|a stormy day|a foggy morning|a
snowy day|a sunny afternoon|christmas|halloween|a dream|a nightmare|a horror movie|a romantic evening|a fairy tale|a lazy
sunday|the end of the world|moonlight|a hot summer day|late autumn|midnight|a cold morning|a thunderstorm|the golden hour|blue
hour|a quiet night|an overcast day|winter|early morning|a tropical paradise|a lonely night|a happy memory|daytime|a party|the
1920s|candlelight|rain|snow|wind|full moon|a hot day|monsoon|a blizzard|a heatwave|new year|easter|springtime|the seventies|a lazy summer evening|a wedding|a funeral|a carnival|a ghost town|paradise|the apocalypse|the middle ages""".replace(
    "\n", " "
).split("|")
MOOD_ADJECTIVES = """gloomy|cozy|cosy|dreamy|romantic|spooky|mysterious|melancholic|sad|happy|joyful|peaceful|dramatic|nostalgic|eerie|
cheerful|calm|sinister|magical|festive|wintry|autumnal|summery|stormy|rainy|foggy|sunny|scary|serene|lonely|epic|ominous|hopeful|
energetic|tense|relaxed|wistful|creepy|sombre|playful|intimate|apocalyptic|moody|more dramatic|more mysterious|less
depressing|happier|more romantic|scarier|more peaceful|cosier|sadder|more cheerful""".replace("\n", " ").split("|")
MOOD_ADJECTIVES = [m.strip() for m in MOOD_ADJECTIVES]
BACKGROUNDS = """beach|forest|city street|mountain lake|desert|studio|plain white wall|white|starry sky|night city|sunset|snowy
mountains|jungle|library|castle|old town|meadow|park|waterfall|office|moon surface|outer space|kitchen|brick wall|garden|paris
street|rainy street|tropical island|field of flowers|stadium|cafe|harbour|bamboo forest|solid blue|grey gradient|autumn
forest|vineyard|cloudy sky|stage|wheat field|new york skyline|ocean|swimming pool|train station|solid black|lavender field|cave|Eiffel
tower|Grand Canyon|neon city|classroom|green screen|ski slope|desert at night|Taj Mahal|Times Square|Mount Everest|Great Wall|Venice|Tokyo|Paris|Hawaii|London|Big Ben|Niagara Falls|Sahara|Mars|Eiffel Tower|Colosseum|Alps|White House|Golden Gate Bridge|night sky|blue sky|moon|space|farm|football field|luxury hotel|snow|underwater scene|plain grey|white studio|pink paper|marble|fireworks|cornfield|rooftop""".replace(
    "\n", " "
).split("|")
SCENES = """a harbour|a street in an old town|a beach|a mountain lake|a meadow|a kitchen|a garden|a park|a forest path|a city square|a river
bank|a living room|a market|a snowy field|a country road|a castle|a bridge over a river|a desert|a train station|a cafe|a mountain
village|a field of flowers|a rocky coast|a playground|a wedding party|a group portrait|a portrait of a woman|a portrait of a man|a
dog on the grass|a cat on a sofa|a table with food|a bowl of fruit|a red car on the road|a boat on a lake|a church on a hill|a
waterfall|a skyline|a sunset over the sea|a horse in a field|a street at night|a vineyard|a farm|a bedroom|an office|a swimming
pool|a bicycle by a wall|children on a beach|a lighthouse|a temple|a canyon|a bird on a branch|a flower|a fishing village|a stadium|an
airport|a museum|a canal with boats|a hiker on a ridge|a child on a swing|a football match|a birthday party""".replace(
    "\n", " "
).split("|")
FILLS = """grass|sand|sky|water|flowers|clouds|bricks|more of the same wall|wood|stones|leaves|gravel|snow|the surrounding texture|whatever
fits|matching background|more sky|tiles|trees""".replace("\n", " ").split("|")
HOLES = """hole|gap|empty corner|white corners|black corner|blank area|missing part|missing corner|torn corner|empty patch|white
stripe|transparent area|blank space on the left|hole in the wall|gap in the fence|empty spot|grey area|bald patch in the lawn|missing
piece|black borders|cut off part|empty space between the trees|void""".replace("\n", " ").split("|")
MASKED = """masked area|selection|selected area|marked area|painted area|area i marked|bit i painted|spot i brushed|masked
region|highlighted area|this area|this spot|circled part|brushed part|area i selected|mask|marked spot""".replace(
    "\n", " "
).split("|")
SIDES = """on the left|on the right|at the top|at the bottom|on both sides|to the left|to the right|above|below|on all sides|upwards|on top|
all around|on the left side|to the top|around the subject|above their heads|at the sides|left and right|in every direction""".replace(
    "\n", " "
).split("|")
SIDES = [s.strip() for s in SIDES]
FORMATS = """wider|square|16:9|panoramic|landscape format|a panorama|portrait format|taller|4:5|a wide banner|widescreen|21:9|longer|a
square|bigger canvas|more panoramic|3:2""".replace("\n", " ").split("|")

# AudioSet-like names of sounds -> the visible thing a picture would show.
SOUNDS = {
    "bark": "dog",
    "dog": "dog",
    "howl": "wolf",
    "growling": "dog",
    "meow": "cat",
    "purr": "cat",
    "cat": "cat",
    "moo": "cow",
    "cattle": "cow",
    "oink": "pig",
    "pig": "pig",
    "bleat": "sheep",
    "sheep": "sheep",
    "goat": "goat",
    "neigh, whinny": "horse",
    "clip-clop": "horse",
    "horse": "horse",
    "cluck": "hen",
    "crowing, cock-a-doodle-doo": "rooster",
    "chicken, rooster": "rooster",
    "gobble": "turkey",
    "quack": "duck",
    "duck": "duck",
    "honk": "goose",
    "goose": "goose",
    "roar": "lion",
    "roaring cats (lions, tigers)": "lion",
    "bird": "bird",
    "chirp, tweet": "bird",
    "squawk": "parrot",
    "coo": "pigeon",
    "pigeon, dove": "pigeon",
    "caw": "crow",
    "crow": "crow",
    "hoot": "owl",
    "owl": "owl",
    "mouse": "mouse",
    "insect": "insect",
    "cricket": "cricket",
    "mosquito": "mosquito",
    "fly, housefly": "fly",
    "buzz": "bee",
    "bee, wasp, etc.": "bee",
    "frog": "frog",
    "croak": "frog",
    "snake": "snake",
    "hiss": "snake",
    "whale vocalization": "whale",
    "elephant": "elephant",
    "trumpeting of an elephant": "elephant",
    "wolf": "wolf",
    "tiger": "tiger",
    "monkey": "monkey",
    "seal": "seal",
    "turkey": "turkey",
    "donkey": "donkey",
    "camel": "camel",
    "rain": "rain",
    "raindrop": "rain",
    "rain on surface": "rain",
    "thunder": "thunderstorm",
    "thunderstorm": "thunderstorm",
    "wind": "wind",
    "rustling leaves": "leaves",
    "ocean": "ocean",
    "waves, surf": "waves",
    "stream": "stream",
    "waterfall": "waterfall",
    "water": "water",
    "gurgling": "stream",
    "fire": "fire",
    "crackle": "fire",
    "car": "car",
    "car passing by": "car",
    "vehicle horn, car horn, honking": "car",
    "engine": "car",
    "race car, auto racing": "race car",
    "truck": "truck",
    "bus": "bus",
    "ambulance (siren)": "ambulance",
    "police car (siren)": "police car",
    "fire engine, fire truck (siren)": "fire engine",
    "siren": "police car",
    "motorcycle": "motorcycle",
    "train": "train",
    "train whistle": "train",
    "train horn": "train",
    "steam whistle": "steam train",
    "rail transport": "train",
    "subway": "train",
    "aircraft": "plane",
    "airplane": "plane",
    "jet engine": "plane",
    "helicopter": "helicopter",
    "bicycle": "bicycle",
    "bicycle bell": "bicycle",
    "skateboard": "skateboard",
    "boat, water vehicle": "boat",
    "ship": "ship",
    "motorboat, speedboat": "speedboat",
    "sailboat, sailing ship": "sailboat",
    "foghorn": "ship",
    "tractor": "tractor",
    "lawn mower": "lawn mower",
    "chainsaw": "chainsaw",
    "door": "door",
    "doorbell": "door",
    "knock": "door",
    "squeak": "door",
    "bell": "bell",
    "church bell": "church",
    "alarm clock": "alarm clock",
    "tick-tock": "clock",
    "clock": "clock",
    "telephone": "telephone",
    "ringtone": "phone",
    "typing": "keyboard",
    "typewriter": "typewriter",
    "computer keyboard": "keyboard",
    "camera": "camera",
    "hammer": "hammer",
    "sawing": "saw",
    "drill": "drill",
    "glass": "glass",
    "shatter": "broken glass",
    "coin (dropping)": "coins",
    "toilet flush": "toilet",
    "vacuum cleaner": "vacuum cleaner",
    "hair dryer": "hair dryer",
    "blender": "blender",
    "frying (food)": "frying pan",
    "boiling": "kettle",
    "kettle whistle": "kettle",
    "gunshot, gunfire": "gun",
    "cannon": "cannon",
    "explosion": "explosion",
    "fireworks": "fireworks",
    "baby cry, infant cry": "baby",
    "baby laughter": "baby",
    "laughter": "laughing people",
    "children playing": "children",
    "crowd": "crowd",
    "applause": "audience",
    "cheering": "crowd",
    "footsteps": "walking man",
    "singing": "singer",
    "choir": "choir",
    "whistling": "whistling man",
    "snoring": "sleeping man",
    "speech": "person",
    "basketball bounce": "basketball",
    "guitar": "guitar",
    "acoustic guitar": "guitar",
    "electric guitar": "electric guitar",
    "banjo": "banjo",
    "piano": "piano",
    "organ": "organ",
    "harpsichord": "harpsichord",
    "drum": "drum",
    "drum kit": "drum kit",
    "snare drum": "drum",
    "bass drum": "drum",
    "cymbal": "cymbal",
    "tambourine": "tambourine",
    "xylophone": "xylophone",
    "marimba": "marimba",
    "violin, fiddle": "violin",
    "cello": "cello",
    "double bass": "double bass",
    "harp": "harp",
    "trumpet": "trumpet",
    "trombone": "trombone",
    "french horn": "french horn",
    "flute": "flute",
    "saxophone": "saxophone",
    "clarinet": "clarinet",
    "accordion": "accordion",
    "harmonica": "harmonica",
    "bagpipes": "bagpipes",
    "didgeridoo": "didgeridoo",
    "wind chime": "wind chime",
    "gong": "gong",
    "music box": "music box",
    "robot": "robot",
    "zipper": "zipper",
    "scissors": "scissors",
    "bowling": "bowling ball",
    "splash, splatter": "splash of water",
    "cash register": "cash register",
}
MUSIC = """happy fast music|sad slow music|classical strings|calm piano|heavy metal guitar|electronic dance music|jazz saxophone|ambient
synth|dark soundtrack|folk guitar|romantic violin|epic orchestra|country banjo|gentle harp|techno|blues guitar|choir|slow
opera|punk rock|indian sitar|upbeat pop|eerie drone|lullaby|tango accordion|celtic flute|baroque harpsichord|cheerful ukulele|tense
film score|new age|soft female vocal""".replace("\n", " ").split("|")
MUSIC_MOODS = {
    "happy": "cheerful",
    "upbeat": "cheerful",
    "cheerful": "cheerful",
    "sad": "sad",
    "slow": "calm",
    "calm": "calm",
    "gentle": "calm",
    "lullaby": "calm",
    "dark": "dark",
    "eerie": "eerie",
    "tense": "tense",
    "epic": "epic",
    "heavy": "fierce",
    "punk": "fierce",
    "romantic": "romantic",
    "soft": "tender",
    "dance": "lively",
    "techno": "lively",
}
OPS = {op.value: op for op in Op} | {"background": Op.replace_background}

"""What words mean in colour: skies, lands, waters, things and moods. Data only; `palette` blends what a prompt hits."""


def bag(text: str) -> frozenset[str]:
    """A set of words from a text with spaces."""
    return frozenset(text.split())


def _rows(text: str) -> dict[str, tuple[str, ...]]:
    cells = text.split()
    return {word: tuple(value.split("/")) for words, value in zip(cells[::2], cells[1::2], strict=True) for word in words.split(",")}


# The sky from the zenith over the middle to the horizon.
SKIES = _rows("""
sunrise,sunup 4a6fa5/f2a07b/ffe3b3 sunset,sundown 3f3d78/e8705f/ffc978 dawn 5a6ea8/e5a3a8/fbdcc0 dusk 2c2f63/9a5a8c/f2a48a
twilight 1f2454/5d4f8f/d98fa0 morning 6fb1de/bfe0ea/fff1d2 noon,midday 3d94dd/86c4ee/dff1fa afternoon 5aa5dc/a9d3e8/fbe9c8
evening 34406f/a9688f/f4b183 night,nighttime 0b1230/1c2a55/3d4b80 midnight 060a20/101c44/28386c moonlight,moonlit 0d1838/27406f/6d86ad
day,daylight 4a9fe0/93cdf0/e4f4fb sunny 3a9be6/8acbf5/fdf3d0 clear 4799e2/8fc9ef/e8f5fa cloudy 8ba3b8/b7c6d1/e2e6e8
overcast 8b98a5/adb6be/d3d6d8 rainy,rain 5c6f82/8496a5/b9c3ca storm,stormy,thunder,thunderstorm 27303f/4a5666/8d949b
foggy,fog,misty,mist,haze,hazy a9b7c0/c8d0d4/e8e6e0 snowy,blizzard a7bed3/cddbe6/f3f6f8 golden 7a8fb8/f0b368/ffe6ae
aurora,borealis 071a2e/0f3f52/2c7a72 space,cosmic,galaxy,nebula,universe 080716/231650/5a2a83 spring 6fbbe8/b5e0e6/fbeedd
summer 2f9ae8/7fd0ee/fdf0c4 autumn,fall,autumnal 8fa9bd/e0c19a/f9dfb0 winter,wintry 8fb2d4/c4d7e6/f6f2ee cyberpunk 120a2e/4a1566/d0356f
synthwave,retrowave,outrun 1a0b3b/7a1f7d/ff6f91 vaporwave 5b4fb8/d884d0/ffc2d9 apocalyptic 3d1f1f/9c4a2b/e59a4f
dreamy,dream 8d8fd8/dcb5e0/ffe0e6 tropical,caribbean 1f9fe0/6fd3e8/fdf0d0 arctic,antarctic,polar 6f9cc8/b5d3e6/f3f8fa
mars,martian 8f5a45/c98a65/eec39b eclipse 0a0c1c/2b2440/c0703f
""")

LANDS = _rows("""
forest,woods,woodland 2f6b3f jungle,rainforest 1f7a3a pine,fir,conifer,spruce,evergreen 25573f meadow,grassland,prairie 74a345
grass,lawn,grassy 5c9c3c field,farmland,countryside 98a84a hill,valley,highland 5a8a4a garden,park 4f9150 moss,mossy 6b8338 bamboo 7aa34a
leaf,foliage 4c9a45 savanna,savannah,steppe c2a24c desert,dune,sahara d9a066 sand,sandy,beach e3c48d canyon,mesa,badlands b8603a
mountain,alps,alpine,peak,summit,fjord 51688a rock,rocky,cliff,stone 6d7178 volcano,lava,magma 5a2a27 snow,snowcapped e6eef5
ice,glacier,iceberg,frozen a9d3e6 tundra 8f9a78 swamp,marsh,bog 556b3f vineyard 7a8a3a tulip d9466b poppy d8402f sunflower e5b22b
lavender 8a73b8 heather 93659c mushroom a07a5f earth,soil,mud,clay 8a5a3c rice,terrace 86ab4c maple,oak b5682f coast,shore,island 7fa36a
autumn,fall,autumnal b8732f winter,wintry,snowy dfe7ee spring 7fb04f summer 5f9c3f
""")

WATERS = _rows("""
ocean,sea,marine 1f6fa8 lake 3f86a8 river,stream 4b95ad water 3f97bd waterfall 7fb8cc pond 4f8f86 lagoon,reef 2fb5b0
bay,harbor,harbour 2f6f94 wave,surf 2a86b5 underwater,aquatic 1b7fa0 pool 36bcd8 puddle,canal 5d8294
""")

THINGS = _rows("""
fire,flame,ember e8552d coffee,espresso,latte 6f4a35 tea 9a7b3f wine,burgundy 722f45 chocolate,cocoa 5e3a28 honey,amber e0a030
caramel c68642 mint,minty 8fd6b5 lemon,citrus f2d84a banana f4dc6a peach,peachy ffbd98 apricot f9b27c cherry,ruby c1213f
strawberry,raspberry d93a5c blueberry 4a5a9c grape,aubergine,eggplant 5c3a70 avocado 7a8f3c olive 7d8038 lime a5d02f
melon,watermelon f2726f cream,creamy f6ead2 vanilla f3e5ab butter f6e08a rose,rosy e0637f blossom,sakura f6b8c8 lilac b79ad6
emerald 1f9d68 sapphire 1f4fa8 jade 2f9f78 amethyst 8a5fc0 pearl ece6dd copper b8734a bronze a5793f brass bfa04f
silver,chrome,aluminium,aluminum a9b2bb gold,golden d9a93a platinum cfd3d6 iron,steel,metal,metallic 7f8a94 rust,rusty,rusted b35a2e
wood,wooden,timber a5734a walnut 5f4230 cedar,mahogany 8a4530 leather 8b5632 brick a8503c concrete,cement a3a39d marble e3e0da
granite 85858a slate 5b6672 charcoal,graphite 3b4047 terracotta c8694a ceramic,porcelain e8e2d8 glass a9d0d6 linen,canvas,burlap cdbd9c
cotton efe9de denim,jeans 45618a wool c7b89e velvet 6a2448 silk d8b8c4 paper,parchment eee4ce cardboard,kraft b9905f carbon 30343a
ink 22304a tech,technology,digital,software,app 3b7cf0 ai,brain,neural,machine 7a5cf0 circuit,electronics 1f9d78 cloud,api,server 4a90d9
data,database,analytics 2f8fc0 security,secure,lock,shield 2f5fa8 finance,bank,money,cash 2f8f5b health,medical,medicine,hospital 2fa89a
nature,eco,organic,sustainable 4f9a4a energy,electric,bolt f0b429 love,heart,valentine e0435f star f2b632 sun f6b73c moon 8f9cc9
search 4f7df0 gear,settings 5b6b80 user,person,profile 6a70e0 home,house e08a4a mail,email 4f8fe8 bell,notification f0a030
chat,message 2fb58a music,audio c04fc0 camera,photo 5f6a7a rocket,launch,startup e8563f globe,world,travel 2f94c8 cart,shop,store e8783f
calendar e85a5a book,education,learning b0703f code,developer,programming 3fa08f game,gaming,arcade 8a4ff0 city,urban 4f77b5
skyline 4a70b0 travel 2fa0c0 food,restaurant e0703f pizza e0803f baby f3b6c4 wedding e8d0c8 halloween e8762b christmas b8323a
easter c8b0e8 party,festival,carnival e84f9a sport,sports,fitness 2f9fe0 business,corporate,office 33598f luxury,elegant,premium b8964f
robot 6fa0b8 alien 6fd04f dragon b8402f slime 6fcf5a ghost d8dcf0 demon a82f3f knight 8f9cb0 wizard 5a4fb0 zombie 7f9a5a fox e0762f
cat d8a05f dog b8895a bear 8a6045 bird 4fa0d8 fish f08a4f frog 6fb545 panda 8a8f98 owl 9a7a5a butterfly e88a3f flower,floral e07a9f
unicorn d8a0e8 elephant 8f97a3 lion d8a04f tiger e88a30 whale 4a7fa8 penguin 4a5a70 plant,cactus,succulent 5f9a5f tree 4f8f4a apple d0403a
github 24292f slack 4a154b spotify 1db954 twitter 1da1f2 facebook 1877f2 linkedin 0a66c2 whatsapp 25d366 youtube ff0000 netflix e50914
python 3776ab rust-lang b7410e javascript f0db4f react 61dafb docker 2496ed kubernetes 326ce5 postgres 336791 redis d82c20 stripe 635bff
figma f24e1e
""")

# The plain colour words, softer than CSS has them: a designer who says "green" does not mean #008000.
BASIC = _rows("""
red dc3f42 green 36985a blue 2f6fe0 yellow f4c93a purple,violet 8353c8 orange f08c3a pink f08fb4 magenta d23fa8 cyan 28b4d4 lime 9ccc3c
brown 8a5a3c teal 15908c navy 22386f grey,gray 868c95 turquoise 38c0b8 maroon 8a2f3c aqua 3fc4cf indigo 4a3fa0 fuchsia d83fb8
""")

# Added to lightness, factor of chroma, and a hue that pulls (share 0.35; "70!" sets it), or "-".
MOODS = _rows("""
pastel,soft .10/.75/- muted,subtle,understated .0/.55/- vivid,vibrant,colorful,colourful,saturated .02/1.35/-
neon,fluorescent,electric .04/1.6/- dark,moody,gloomy -.14/.85/- bright,cheerful,happy,playful .07/1.2/- pale,light,airy .12/.6/-
deep -.1/1.15/- warm,cosy,cozy .0/1.08/55 cold,cool,icy,frosty .02/.92/235 vintage,retro,nostalgic .0/.72/70 sepia .0/.8/70!
monochrome,grayscale,greyscale,noir .0/.0/- mono .0/.0/- minimal,minimalist,clean,simple .04/.7/-
serene,calm,peaceful,tranquil .04/.72/215 romantic .04/1/0 mysterious,eerie,spooky -.12/.85/285 melancholy,sad -.06/.6/250
epic,dramatic -.06/1.2/- fresh .05/1.1/165 magical,fantasy,enchanted .02/1.2/305 earthy,rustic,natural -.03/.75/75
futuristic,scifi .0/1.1/255 gothic -.2/.6/300 faded,dusty .05/.5/- bold -.02/1.3/-
""")

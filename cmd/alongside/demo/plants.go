package demo

const (
	brightSun = "Bright sun"
	bright    = "Bright, indirect"
	medium    = "Half shade"
	shade     = "Shade"
)

var plants = []plant{
	{"swiss-cheese-plant", "Swiss cheese plant", "Monstera deliciosa", "monstera", bright, 1450, false, "Big split leaves that open a little wider every year."},
	{"mini-monstera", "Mini monstera", "Rhaphidophora tetrasperma", "monstera", bright, 1290, false, "The small, fast climber for a moss pole on a desk."},
	{"monkey-mask", "Monkey mask", "Monstera adansonii", "monstera", bright, 1120, false, "Leaves so full of holes that they hardly throw a shadow."},
	{"split-leaf-philodendron", "Split-leaf philodendron", "Thaumatophyllum bipinnatifidum", "monstera", medium, 1680, false, "A broad, feathery spread that likes an empty corner."},
	{"xanadu", "Xanadu", "Thaumatophyllum xanadu", "monstera", medium, 1340, false, "Compact and glossy, with fingers on every leaf."},

	{"boston-fern", "Boston fern", "Nephrolepis exaltata", "fern", medium, 895, true, "A soft green fountain that loves a steamy bathroom."},
	{"maidenhair-fern", "Maidenhair fern", "Adiantum raddianum", "fern", shade, 995, true, "Fine as lace on black stems. Do not let it dry out."},
	{"birds-nest-fern", "Bird's nest fern", "Asplenium nidus", "fern", shade, 1050, true, "Wavy apple-green fronds from one neat centre."},
	{"blue-star-fern", "Blue star fern", "Phlebodium aureum", "fern", medium, 1095, true, "Silvery blue, and the most forgiving fern we grow."},
	{"staghorn-fern", "Staghorn fern", "Platycerium bifurcatum", "fern", bright, 1550, true, "Antlers of green felt, happiest mounted on a board."},
	{"asparagus-fern", "Asparagus fern", "Asparagus setaceus", "fern", medium, 785, false, "Clouds of the softest green, cut for posies since 1890."},

	{"snake-plant", "Snake plant", "Dracaena trifasciata", "snake", shade, 980, false, "Thrives on a fortnight of being forgotten."},
	{"silver-snake-plant", "Silver snake plant", "Dracaena trifasciata 'Moonshine'", "snake", medium, 1180, false, "Broad blades the colour of early frost."},
	{"cylinder-snake-plant", "Cylinder snake plant", "Dracaena angolensis", "snake", medium, 1240, false, "Round, pointed spears that stand like a drawing."},
	{"whale-fin", "Whale fin", "Dracaena masoniana", "snake", medium, 1890, false, "One enormous leaf. That is the whole plant."},
	{"cast-iron-plant", "Cast-iron plant", "Aspidistra elatior", "snake", shade, 1590, true, "Survived the gas-lit parlour and will survive yours."},
	{"star-snake-plant", "Star snake plant", "Dracaena pinguicula", "snake", brightSun, 1720, false, "Walks across its pot on little stilts."},

	{"golden-pothos", "Golden pothos", "Epipremnum aureum", "trailing", medium, 690, false, "Trails from any shelf and forgives nearly everything."},
	{"marble-queen", "Marble queen", "Epipremnum aureum 'Marble Queen'", "trailing", bright, 790, false, "Cream and green, no two leaves alike."},
	{"heartleaf", "Heartleaf philodendron", "Philodendron hederaceum", "trailing", medium, 720, false, "Small hearts on a string, quick and easy."},
	{"string-of-hearts", "String of hearts", "Ceropegia woodii", "trailing", bright, 890, true, "Metre-long threads of patterned hearts."},
	{"string-of-pearls", "String of pearls", "Curio rowleyanus", "trailing", brightSun, 940, false, "A curtain of green peas. Water it less than you think."},
	{"english-ivy", "English ivy", "Hedera helix", "trailing", shade, 590, false, "Cool rooms, north windows, no fuss."},
	{"hoya", "Wax plant", "Hoya carnosa", "trailing", bright, 1090, true, "Waits three years, then flowers like porcelain."},
	{"spider-plant", "Spider plant", "Chlorophytum comosum", "trailing", medium, 560, true, "Gives you a dozen children to hand on to friends."},

	{"kentia-palm", "Kentia palm", "Howea forsteriana", "palm", medium, 2190, true, "The slow, elegant palm of hotel lobbies."},
	{"parlour-palm", "Parlour palm", "Chamaedorea elegans", "palm", medium, 850, true, "A little jungle for a low-lit room."},
	{"areca-palm", "Areca palm", "Dypsis lutescens", "palm", bright, 1290, true, "Full, bright and thirsty in summer."},
	{"lady-palm", "Lady palm", "Rhapis excelsa", "palm", shade, 1990, true, "Fans on bamboo-like canes, patient with dry air."},
	{"ponytail-palm", "Ponytail palm", "Beaucarnea recurvata", "palm", brightSun, 1150, true, "Not a palm at all: a succulent with a hairdo."},
	{"fishtail-palm", "Fishtail palm", "Caryota mitis", "palm", bright, 1790, false, "Ragged fins in place of fronds."},

	{"rubber-plant", "Rubber plant", "Ficus elastica", "rubber", bright, 1190, false, "Dark, polished leaves as tall as your ceiling."},
	{"fiddle-leaf-fig", "Fiddle-leaf fig", "Ficus lyrata", "rubber", bright, 1890, false, "Dislikes being moved. Give it a window and leave it."},
	{"zz-plant", "ZZ plant", "Zamioculcas zamiifolia", "rubber", shade, 1090, false, "Stores its own water. Ideal for long holidays."},
	{"baby-rubber-plant", "Baby rubber plant", "Peperomia obtusifolia", "rubber", medium, 680, true, "Thick round leaves on a plant that stays small."},
	{"jade-plant", "Jade plant", "Crassula ovata", "rubber", brightSun, 740, false, "A tree in miniature, said to bring money."},
	{"chinese-money-plant", "Chinese money plant", "Pilea peperomioides", "rubber", bright, 790, true, "Green coins on thin stalks. Turn it every week."},

	{"peace-lily", "Peace lily", "Spathiphyllum wallisii", "flower", shade, 920, false, "Tells you when it is thirsty, then stands up again."},
	{"flamingo-flower", "Flamingo flower", "Anthurium andraeanum", "flower", bright, 1290, false, "Lacquered hearts that last two months each."},
	{"moth-orchid", "Moth orchid", "Phalaenopsis amabilis", "flower", bright, 1490, true, "Flowers for a season on one glass of water a week."},
	{"african-violet", "African violet", "Streptocarpus ionanthus", "flower", medium, 520, true, "Velvet leaves, water from below."},
	{"bush-lily", "Bush lily", "Clivia miniata", "flower", shade, 1650, false, "Orange trumpets after a cold winter's rest."},
	{"christmas-cactus", "Christmas cactus", "Schlumbergera truncata", "flower", medium, 650, true, "Blooms on the shortest days of the year."},

	{"golden-barrel", "Golden barrel", "Kroenleinia grusonii", "cactus", brightSun, 890, true, "A round companion for a hot windowsill."},
	{"bunny-ears", "Bunny ears", "Opuntia microdasys", "cactus", brightSun, 640, true, "Looks soft. Is not."},
	{"old-man-cactus", "Old man cactus", "Cephalocereus senilis", "cactus", brightSun, 990, true, "Comes with its own white beard."},

	{"echeveria", "Echeveria", "Echeveria elegans", "succulent", brightSun, 450, true, "A rosette of pale blue-green, as neat as a dahlia."},
	{"aloe-vera", "Aloe vera", "Aloe vera", "succulent", brightSun, 680, false, "Useful after a day at the beach."},
	{"zebra-plant", "Zebra plant", "Haworthiopsis fasciata", "succulent", bright, 540, true, "Stripes in white, size of a teacup."},
	{"houseleek", "Houseleek", "Sempervivum tectorum", "succulent", brightSun, 390, true, "Happy outside on a roof, all winter long."},
}

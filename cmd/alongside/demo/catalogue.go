package demo

import "fmt"

// plant is one kind the shop grows.
type plant struct {
	Slug    string
	Name    string
	Latin   string
	Shape   string // names its drawing: assets/plants/<Shape>.svg
	Light   string
	Pence   int // price in a 9 cm nursery pot
	PetSafe bool
	Note    string
}

// stockItem is a plant in one pot, as listed at /products. Its JSON is read by
// assets/products.js.
type stockItem struct {
	Code    string `json:"code"`
	Slug    string `json:"slug"`
	Name    string `json:"name"`
	Latin   string `json:"latin"`
	PotCM   int    `json:"potCm"`
	Finish  string `json:"finish"`
	Light   string `json:"light"`
	Pence   int    `json:"pence"`
	Stock   int    `json:"stock"`
	PetSafe bool   `json:"petSafe"`
}

// pots are the sizes each plant is sold in, with the price as a percentage of
// the smallest.
var pots = []struct{ CM, Percent int }{{9, 100}, {12, 145}, {15, 210}, {19, 320}}

// finishes are the pots' materials, with what each adds per centimetre in pence.
var finishes = []struct {
	Name       string
	PencePerCM int
}{{"Nursery pot", 0}, {"Terracotta", 45}}

var stockList = listStock()

func listStock() []stockItem {
	items := make([]stockItem, 0, len(plants)*len(pots)*len(finishes))
	for _, p := range plants {
		for _, pot := range pots {
			for _, finish := range finishes {
				n := len(items) + 1
				items = append(items, stockItem{
					Code:    fmt.Sprintf("FH-%04d", n),
					Slug:    p.Slug,
					Name:    p.Name,
					Latin:   p.Latin,
					PotCM:   pot.CM,
					Finish:  finish.Name,
					Light:   p.Light,
					Pence:   p.Pence*pot.Percent/100 + finish.PencePerCM*pot.CM,
					Stock:   n * 37 % 29, // scattered, and the same at every start
					PetSafe: p.PetSafe,
				})
			}
		}
	}
	return items
}

func plantBySlug(slug string) (plant, bool) {
	for _, p := range plants {
		if p.Slug == slug {
			return p, true
		}
	}
	return plant{}, false
}

// favourites are the plants on the home page's cards.
func favourites() []plant {
	var chosen []plant
	for _, slug := range []string{
		"swiss-cheese-plant", "boston-fern", "snake-plant", "golden-pothos",
		"peace-lily", "golden-barrel", "kentia-palm", "echeveria",
	} {
		if p, ok := plantBySlug(slug); ok {
			chosen = append(chosen, p)
		}
	}
	return chosen
}

// Rating is out of five, in tenths of a star, and the same at every start.
func (p plant) Rating() string {
	return fmt.Sprintf("%.1f", 4.2+float64(p.Pence%8)/10)
}

// Reviews is how many customers are said to have rated the plant.
func (p plant) Reviews() int { return 24 + p.Pence%173 }

// price writes pence as pounds.
func price(pence int) string { return fmt.Sprintf("£%d.%02d", pence/100, pence%100) }

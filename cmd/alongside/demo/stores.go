package demo

import (
	"net/http"
	"strings"
)

// store is one of the shop's invented branches.
type store struct {
	Name, Street, Town, Hours string
}

var stores = []store{
	{"Fernhill Greenhouse", "1 Orchard Lane", "Alderbrook", "Daily 9–18"},
	{"Fernhill at the Mill", "Unit 4, Mill Yard", "Alderbrook", "Wed–Sun 10–17"},
	{"Fernhill Station Kiosk", "Platform 2", "Westmere", "Mon–Fri 7–19"},
	{"Fernhill Market Hall", "Stalls 18–20", "Westmere", "Tue–Sat 8–16"},
	{"Fernhill Harbour", "12 Ropewalk", "Saltby", "Daily 10–18"},
	{"Fernhill Old Fire Station", "77 Hope Street", "Northwick", "Mon–Sat 10–19"},
	{"Fernhill Botanic Shop", "Garden Gate", "Northwick", "Daily 10–16"},
	{"Fernhill Barn", "Lower Farm Road", "Thornfield", "Fri–Sun 9–17"},
	{"Fernhill Arcade", "9 Clock Arcade", "Kingsholt", "Mon–Sat 9–18"},
	{"Fernhill Riverside", "3 Towpath", "Kingsholt", "Daily 9–20"},
}

// storeSearch is what the store finder's page shows.
type storeSearch struct {
	Query  string
	Stores []store
}

func findStores(r *http.Request) any {
	search := storeSearch{Query: strings.TrimSpace(r.URL.Query().Get("town"))}
	wanted := strings.ToLower(search.Query)
	for _, st := range stores {
		if strings.Contains(strings.ToLower(st.Town+" "+st.Name), wanted) {
			search.Stores = append(search.Stores, st)
		}
	}
	return search
}

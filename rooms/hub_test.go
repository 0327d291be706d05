package rooms

import (
	"errors"
	"testing"
)

func TestASiteHasOnlySoManyRooms(t *testing.T) {
	h := &hall{t: t}
	h.hub = NewHub(Config{Consents: &diary{}, Sessions: h, Transcript: h, PerSite: 2})
	open := func(site string) error {
		_, err := h.hub.Open(t.Context(), Opening{Tenant: "t", Site: site, Tab: "tab1"})
		return err
	}
	for _, site := range []string{"full", "full", "other"} {
		if err := open(site); err != nil {
			t.Fatal(err)
		}
	}
	var many *TooManyError
	if err := open("full"); !errors.As(err, &many) {
		t.Errorf("a third room: %v", err)
	}
	h.hub.EndAll("t", "full", "over")
	if err := open("full"); err != nil {
		t.Errorf("once the others are over: %v", err)
	}
}

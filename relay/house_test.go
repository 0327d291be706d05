package relay

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"maps"
	"net/http"
	"strings"
	"sync"
	"testing"

	"alongside/privacy"
	"alongside/rooms"
)

var identitySecret = []byte("0123456789abcdef0123456789abcdef")

// house is a site with a form and all that the relay may be given.
type house struct {
	*world
	mu    sync.Mutex
	site  Site
	left  []LeftMessage
	rated []string
	kept  []rooms.Session
}

func newHouse(t testing.TB) *house {
	h := &house{world: newWorld(t)}
	h.site, _ = oneSite{}.ByKey(t.Context(), "key")
	h.site.Key = "key"
	h.site.Collection = privacy.DefaultCollection()
	h.site.IdentitySecret = func(context.Context) ([]byte, error) { return identitySecret, nil }
	h.site.Form = func(lang string) []FormField {
		label := map[string]string{"de": "Ihr Name"}[lang]
		return []FormField{
			{ID: "who", Kind: "name", Label: label},
			{ID: "topic", Kind: "choice", Label: "Topic", Required: true, Options: []FormOption{{"delivery", "Delivery"}}},
		}
	}
	h.site.Answers = func(lang string, given map[string]string) (list []rooms.Answer, err error) {
		for _, f := range h.site.Form(lang) {
			switch v := given[f.ID]; {
			case f.ID == "topic" && v != "delivery":
				return nil, &rooms.InvalidError{Field: "answers.topic", Detail: "choose one"}
			case v != "":
				list = append(list, rooms.Answer{Field: f.ID, Label: f.Label, Value: v})
			}
		}
		return list, nil
	}
	h.relay.Sites, h.relay.Ratings, h.relay.Messages, h.relay.OptOuts = h, h, h, h
	h.hub.Sessions = h
	return h
}

func (h *house) ByKey(ctx context.Context, key string) (Site, error) {
	if key != "key" {
		return oneSite{}.ByKey(ctx, key)
	}
	return h.site, nil
}

func (h *house) Rate(_ context.Context, tenant, site, receipt string, score int, comment string) error {
	if receipt != "receipt" {
		return rooms.ErrNotFound
	}
	h.rated = append(h.rated, strings.Join([]string{tenant, site, string(rune('0' + score)), comment}, "|"))
	return nil
}

func (h *house) Leave(_ context.Context, m LeftMessage) (string, error) {
	h.left = append(h.left, m)
	return "receipt of a message", nil
}

func (h *house) Check(site, token string) (bool, error) {
	if site != "key" || token != "signed" {
		return false, errors.New("forged")
	}
	return true, nil
}

func (h *house) SessionURL(siteKey, tenant, room string) string {
	return "https://help.example/exclude/" + siteKey + "?s=" + tenant + room
}

func (h *house) Opened(_ context.Context, s rooms.Session) (string, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.kept = append(h.kept, s)
	return "receipt", nil
}

func (h *house) Changed(ctx context.Context, s rooms.Session) error {
	_, err := h.Opened(ctx, s)
	return err
}

func (h *house) Ended(context.Context, rooms.Session) error { return nil }

// session is the newest word on the session.
func (h *house) session() rooms.Session {
	h.mu.Lock()
	defer h.mu.Unlock()
	if len(h.kept) == 0 {
		return rooms.Session{}
	}
	return h.kept[len(h.kept)-1]
}

type object = map[string]any

// asking is a request for help that is answered.
func asking(changes object) object {
	o := object{
		"site": "key", "lang": "de", "tab": tab(1), "help": true, "page": object{"url": shop + "/basket", "title": "Basket"},
		"answers": object{"who": "Vera", "topic": "delivery"},
	}
	maps.Copy(o, changes)
	return o
}

func signed(id string, fields map[string]string) object {
	return object{"id": id, "fields": fields, "signature": privacy.IdentitySignature(identitySecret, id, fields)}
}

// send posts as a page of the shop does, with more headers.
func (h *house) send(path string, body object, headers http.Header) (status int, answer object) {
	h.t.Helper()
	b, err := json.Marshal(body)
	if err != nil {
		h.t.Fatal(err)
	}
	return h.sendRaw(path, string(b), headers)
}

func (h *house) sendRaw(path, body string, headers http.Header) (status int, answer object) {
	h.t.Helper()
	q, err := http.NewRequest(http.MethodPost, h.http.URL+"/widget/v1/"+path, strings.NewReader(body))
	if err != nil {
		h.t.Fatal(err)
	}
	maps.Copy(q.Header, headers)
	q.Header.Set("Origin", shop)
	a, err := http.DefaultClient.Do(q)
	if err != nil {
		h.t.Fatal(err)
	}
	defer a.Body.Close()
	raw, err := io.ReadAll(a.Body)
	if err != nil {
		h.t.Fatal(err)
	}
	if len(raw) > 0 {
		if err := json.Unmarshal(raw, &answer); err != nil {
			h.t.Fatalf("%s answered %d %q", path, a.StatusCode, raw)
		}
	}
	if a.Header.Get("Access-Control-Allow-Origin") != shop || a.Header.Get("Access-Control-Allow-Credentials") != "true" {
		h.t.Errorf("%s: the page may not read the answer %d: %v", path, a.StatusCode, a.Header)
	}
	return a.StatusCode, answer
}

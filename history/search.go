package history

import (
	"context"
	"strings"
)

// search walks the list from place and opens each session with its chat, until it has limit that hold all words or has
// opened MaxSearched. words are in lower case.
func (h *History) search(ctx context.Context, tenant string, sel Selection, words []string, place Place, limit int) (Page, error) {
	page := Page{Sessions: []Session{}}
	for searched := 0; ; {
		records, err := h.store.List(ctx, tenant, sel, place, searchBatch)
		if err != nil {
			return Page{}, err
		}
		chats, err := h.chats(ctx, tenant, records)
		if err != nil {
			return Page{}, err
		}
		for _, r := range records {
			s, found, err := h.holds(ctx, r, chats[r.ID], words)
			if err != nil {
				return Page{}, err
			}
			if found {
				page.Sessions = append(page.Sessions, s)
			}
			place = placeOf(r)
			if searched++; searched == MaxSearched || len(page.Sessions) == limit {
				page.Next, err = h.cursor(ctx, tenant, place)
				return page, err
			}
		}
		if len(records) < searchBatch {
			return page, nil
		}
	}
}

func (h *History) chats(ctx context.Context, tenant string, records []Record) (map[string][]SealedMessage, error) {
	var ids []string
	for _, r := range records {
		if r.State == StateKept {
			ids = append(ids, r.ID)
		}
	}
	if len(ids) == 0 {
		return nil, nil
	}
	return h.store.MessagesOf(ctx, tenant, ids)
}

// holds opens a session and says whether each of the words occurs in some text of it.
func (h *History) holds(ctx context.Context, r Record, chat []SealedMessage, words []string) (Session, bool, error) {
	s, key, err := h.session(ctx, r)
	if err != nil {
		return Session{}, false, err
	}
	missing := append([]string(nil), words...)
	look := func(texts ...string) {
		for _, text := range texts {
			text = strings.ToLower(text)
			left := missing[:0]
			for _, word := range missing {
				if !strings.Contains(text, word) {
					left = append(left, word)
				}
			}
			missing = left
		}
	}
	look(s.Name, s.Text)
	for _, answer := range s.Answers {
		look(answer.Value)
	}
	if s.WrapUp != nil {
		look(s.WrapUp.Note)
	}
	if s.Rating != nil {
		look(s.Rating.Comment)
	}
	for _, sealed := range chat {
		if len(missing) == 0 {
			break
		}
		m, err := message(key, sealed)
		if err != nil {
			return Session{}, false, err
		}
		look(m.Text)
	}
	return s, len(missing) == 0, nil
}

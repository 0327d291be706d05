package console

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

const (
	maxBodyBytes = 256 << 10        // most that a request's body may hold: a masking policy of 200 selectors fits
	bodyTime     = 10 * time.Second // most that it may take to arrive
)

// readBody returns the body, one JSON object in UTF-8 that names no field twice and has no null in it: no field of a request
// means anything by null, and encoding/json would take one for a field that is missing.
func (c *Console) readBody(w http.ResponseWriter, r *http.Request) ([]byte, error) {
	// The limit is lifted again: what comes after the body may take longer, and a closed connection would end it.
	control := http.NewResponseController(w)
	if err := control.SetReadDeadline(time.Now().Add(c.bodyTime)); err != nil {
		return nil, fmt.Errorf("limit the time for a body: %w", err)
	}
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxBodyBytes))
	var tooLarge *http.MaxBytesError
	switch {
	case errors.Is(err, os.ErrDeadlineExceeded):
		return nil, problemSlow // the limit stays: the connection is of no more use
	case errors.As(err, &tooLarge):
		return nil, problemTooLarge
	case err != nil:
		return nil, problemJSON // cut off
	}
	if err := control.SetReadDeadline(time.Time{}); err != nil {
		return nil, fmt.Errorf("lift the time for a body: %w", err)
	}
	return body, checkJSON(body)
}

// checkJSON names the first field that is not UTF-8, null, or there twice. What the fields must be is the schema's business.
func checkJSON(body []byte) error {
	var object map[string]json.RawMessage
	if err := json.Unmarshal(body, &object); err != nil || object == nil {
		return problemJSON
	}
	decoder := json.NewDecoder(bytes.NewReader(body))
	decoder.UseNumber() // a number of any size is one to the scanner; the schema says which fit
	at, err := place(decoder, "", func(from, to int64, value json.Token) string {
		switch {
		case !utf8.Valid(body[from:to]):
			return "is not UTF-8"
		case value == nil:
			return "must not be null"
		}
		return ""
	})
	if err != nil {
		return problemJSON
	}
	if at == nil {
		return nil
	}
	if at.Field == "" { // a field's name is not UTF-8
		return problemJSON
	}
	return problemFields(*at)
}

// place walks the next value of the decoder and returns the first place at which wrong says something. from and to bound
// the token in the text.
func place(decoder *json.Decoder, path string, wrong func(from, to int64, value json.Token) string) (*fieldProblem, error) {
	read := func(path string) (json.Token, *fieldProblem, error) {
		from := decoder.InputOffset()
		token, err := decoder.Token()
		if err != nil {
			return nil, nil, err
		}
		if detail := wrong(from, decoder.InputOffset(), token); detail != "" {
			return token, &fieldProblem{path, detail}, nil
		}
		return token, nil, nil
	}
	token, at, err := read(path)
	if at != nil || err != nil {
		return at, err
	}
	switch token {
	case json.Delim('{'):
		for seen := map[json.Token]bool{}; decoder.More(); {
			name, at, err := read(path)
			if err != nil || at != nil {
				return at, err
			}
			field := strings.TrimPrefix(path+"."+name.(string), ".")
			if seen[name] { // a schema would see the one, a handler parts of the other
				return &fieldProblem{field, "stands more than once"}, nil
			}
			seen[name] = true
			if at, err = place(decoder, field, wrong); at != nil || err != nil {
				return at, err
			}
		}
	case json.Delim('['):
		for i := 0; decoder.More(); i++ {
			if at, err := place(decoder, path+"["+strconv.Itoa(i)+"]", wrong); at != nil || err != nil {
				return at, err
			}
		}
	default:
		return nil, nil
	}
	_, err = decoder.Token() // the end of the object or list
	return nil, err
}

// checkQuery names the first parameter that is not UTF-8 or has a control character, or that stands twice.
func checkQuery(raw string) error {
	values, err := url.ParseQuery(raw)
	if err != nil {
		return problemQuery
	}
	for name, all := range values {
		switch {
		case !utf8.ValidString(name):
			return problemQuery
		case len(all) > 1:
			return problemField(name, "stands more than once")
		case !utf8.ValidString(all[0]):
			return problemField(name, "is not UTF-8")
		case strings.ContainsFunc(all[0], unicode.IsControl):
			return problemField(name, "contains a control character")
		}
	}
	return nil
}

// isName says whether a part of a path can be the name of anything. What cannot is answered like what is not there.
func isName(part string) bool {
	return len(part) <= maxIDBytes && utf8.ValidString(part) && !strings.ContainsFunc(part, unicode.IsControl)
}

package console

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

const (
	maxBodyBytes = 64 << 10         // most that a request's body may hold
	bodyTime     = 10 * time.Second // most that it may take to arrive
)

// decode reads the body, one JSON object, into value. Fields that value lacks are ignored; one of the wrong type, an object
// where a text belongs for instance, is named in the answer.
func (c *Console) decode(w http.ResponseWriter, r *http.Request, value any) error {
	// The limit is lifted again: what comes after the body may take longer, and a closed connection would end it.
	control := http.NewResponseController(w)
	if err := control.SetReadDeadline(time.Now().Add(c.bodyTime)); err != nil {
		return fmt.Errorf("limit the time for a body: %w", err)
	}
	err := decodeJSON(http.MaxBytesReader(w, r.Body, maxBodyBytes), value)
	if errors.Is(err, os.ErrDeadlineExceeded) {
		return problemSlow // the limit stays: the connection is of no more use
	}
	return errors.Join(err, control.SetReadDeadline(time.Time{}))
}

func decodeJSON(body io.Reader, value any) error {
	decoder := json.NewDecoder(body)
	err := decoder.Decode(value)
	if err == nil {
		_, err = decoder.Token()
		if errors.Is(err, io.EOF) {
			return nil
		}
		err = errors.Join(problemJSON, err)
	}
	var tooLarge *http.MaxBytesError
	var wrongType *json.UnmarshalTypeError
	switch {
	case errors.Is(err, os.ErrDeadlineExceeded):
		return err
	case errors.As(err, &tooLarge):
		return problemTooLarge
	case errors.As(err, &wrongType) && wrongType.Field != "":
		return problemField(wrongType.Field, "must be a "+wrongType.Type.String())
	}
	return problemJSON
}

// checkText refuses a text that is missing, longer than maxCharacters or would not print.
func checkText(field, text string, maxCharacters int) error {
	switch {
	case text == "":
		return problemField(field, "is missing")
	case utf8.RuneCountInString(text) > maxCharacters:
		return problemField(field, fmt.Sprintf("is longer than %d characters", maxCharacters))
	case strings.ContainsFunc(text, unicode.IsControl):
		return problemField(field, "contains a control character")
	}
	return nil
}

package console

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"unicode"
	"unicode/utf8"
)

// maxBodyBytes is the most that a request's body may hold.
const maxBodyBytes = 64 << 10

// decode reads the body, one JSON object, into value. Fields that value lacks are ignored; one of the wrong type, an object
// where a text belongs for instance, is named in the answer.
func decode(r *http.Request, value any) error {
	decoder := json.NewDecoder(r.Body)
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

package console

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net/http"
	"path"
	"reflect"
	"strings"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"
	"github.com/danielgtaylor/huma/v2/validation"
)

const (
	// plainText is what every text of a request is that names no pattern of its own: what prints, on one line.
	plainText = `^[^\p{Cc}]*$`
	// longText is for what people write on several lines.
	longText = `^[^\x00-\x08\x0B-\x1F\x7F-\x{9F}]*$`
	// missing is said of a required field that is not there; the name comes first.
	missing = " is missing"
)

// huma keeps its wording and the shape of its errors in package variables; the console is its only user in the program.
func init() {
	huma.NewError = invalid
	huma.DefaultArrayNullable = false
	huma.ValidateStrictCasing = true
	validation.MsgUnexpectedProperty = "is not known"
	validation.MsgExpectedRFC3339DateTime = "must be a time such as 2026-11-22T09:00:00Z"
	validation.MsgExpectedRFC3339Date = "must be a date such as 2026-11-22"
	validation.MsgExpectedBoolean = "must be true or false"
	validation.MsgExpectedNumber = "must be a number"
	validation.MsgExpectedInteger = "must be a whole number"
	validation.MsgExpectedString = "must be a text"
	validation.MsgExpectedArray = "must be a list"
	validation.MsgExpectedObject = "must be an object"
	validation.MsgExpectedOneOf = "must be one of %s"
	validation.MsgExpectedMinimumNumber = "must be %v or more"
	validation.MsgExpectedMaximumNumber = "must be %v or less"
	validation.MsgExpectedMinLength = "is shorter than %d characters"
	validation.MsgExpectedMaxLength = "is longer than %d characters"
	validation.MsgExpectedBePattern = "must be %s"
	validation.MsgExpectedMinItems = "has fewer than %d entries"
	validation.MsgExpectedMaxItems = "has more than %d entries"
	validation.MsgExpectedMaxProperties = "has more than %d entries"
	validation.MsgExpectedRequiredProperty = "%s" + missing
}

const apiDescription = `Sign in with a cookie (POST /api/v1/sign-in), or send an API key as "Authorization: Bearer alk_…".
Errors are application/problem+json (RFC 9457) with a code for programs and, where a field is wrong, its name.
What does not exist and what belongs to another tenant are the same 404. Lists answer {items, next}: ask on with after=next.`

// makeAPI makes the handlers and the document from the table of routes.
func (c *Console) makeAPI() error {
	format := huma.Format{Marshal: writeValue, Unmarshal: json.Unmarshal}
	c.handlers = handlers{}
	api := humago.New(c.handlers, huma.Config{
		OpenAPI: &huma.OpenAPI{
			OpenAPI: "3.1.0",
			Info:    &huma.Info{Title: "Alongside", Version: "1", Description: apiDescription},
			Components: &huma.Components{
				Schemas: huma.NewMapRegistry("#/components/schemas/", schemaName),
				SecuritySchemes: map[string]*huma.SecurityScheme{
					"session": {Type: "apiKey", In: "cookie", Name: c.cookieName()},
					"key":     {Type: "http", Scheme: "bearer"},
				},
			},
		},
		Formats:                      map[string]huma.Format{"application/json": format, "json": format},
		DefaultFormat:                "application/json",
		RejectUnknownQueryParameters: true,
	})
	for _, route := range Routes() {
		route.register(c, api, route)
	}
	harden(api.OpenAPI())
	c.takesBody = map[string]bool{}
	for path, item := range api.OpenAPI().Paths {
		for method, op := range operations(item) {
			c.takesBody[method+" "+path] = op.RequestBody != nil
		}
	}
	document, err := json.Marshal(api.OpenAPI())
	if err != nil {
		return fmt.Errorf("write the API's document: %w", err)
	}
	c.document = document
	return nil
}

// operation is what the document says of a route.
func (route Route) operation() huma.Operation {
	op := huma.Operation{
		Method: route.Method, Path: route.Path, Summary: route.Summary,
		OperationID:  operationID(route),
		MaxBodyBytes: -1, BodyReadTimeout: -1, // dispatch has read the body
	}
	if route.Least != anyone {
		op.Description = "Least role: " + string(route.Least) + "."
		op.Security = []map[string][]string{{"session": {}}}
		if !route.PersonOnly {
			op.Security = append(op.Security, map[string][]string{"key": {}})
		}
	}
	if route.Media != "" {
		op.Responses = map[string]*huma.Response{"200": {
			Description: "OK", Content: map[string]*huma.MediaType{route.Media: {Schema: &huma.Schema{Type: huma.TypeString}}},
		}}
	}
	return op
}

// operationID is the route in one word, "get-sites-id".
func operationID(route Route) string {
	words := strings.NewReplacer("/", "-", "{", "", "}", "", ".", "-").Replace(strings.TrimPrefix(route.Path, apiBase))
	return strings.ToLower(route.Method) + words
}

// schemaName keeps types of several packages that share a name apart.
func schemaName(t reflect.Type, hint string) string {
	for t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	name := huma.DefaultSchemaNamer(t, hint)
	if owner := path.Base(t.PkgPath()); t.Name() != "" && owner != "console" && owner != "." {
		name = strings.ToUpper(owner[:1]) + owner[1:] + name
	}
	return name
}

// maxText is the longest text that any field takes whose own limit is not in its schema, in characters.
const maxText = 2000

// harden gives every text of a request that names no pattern, format or list of values of its own the pattern of plain
// text, so that no control character passes, and one without a limit a limit; and says so in the document.
func harden(document *huma.OpenAPI) {
	done := map[*huma.Schema]bool{}
	var visit func(s *huma.Schema)
	visit = func(s *huma.Schema) {
		if s == nil || done[s] {
			return
		}
		done[s] = true
		if s.Ref != "" {
			visit(document.Components.Schemas.SchemaFromRef(s.Ref))
			return
		}
		if s.Type == huma.TypeString && s.Format == "" && len(s.Enum) == 0 {
			s.Pattern = cmp.Or(s.Pattern, plainText)
			if s.MaxLength == nil {
				s.MaxLength = new(maxText)
			}
		}
		switch s.Pattern {
		case plainText:
			s.PatternDescription = "without control characters"
		case longText:
			s.PatternDescription = "without control characters other than line breaks"
		}
		visit(s.Items)
		for _, property := range s.Properties {
			visit(property)
		}
		if values, ok := s.AdditionalProperties.(*huma.Schema); ok {
			visit(values)
		}
		s.PrecomputeMessages()
	}
	for _, item := range document.Paths {
		for _, op := range operations(item) {
			for _, parameter := range op.Parameters {
				visit(parameter.Schema)
			}
			if op.RequestBody != nil {
				for _, media := range op.RequestBody.Content {
					visit(media.Schema)
				}
			}
		}
	}
}

func operations(item *huma.PathItem) map[string]*huma.Operation {
	all := map[string]*huma.Operation{
		http.MethodGet: item.Get, http.MethodPost: item.Post, http.MethodPut: item.Put,
		http.MethodPatch: item.Patch, http.MethodDelete: item.Delete,
	}
	maps.DeleteFunc(all, func(_ string, op *huma.Operation) bool { return op == nil })
	return all
}

// writeValue is huma's way to a JSON answer. A write that fails means that the client has gone.
func writeValue(w io.Writer, value any) error {
	body, err := json.Marshal(value)
	if err != nil {
		return fmt.Errorf("write an answer: %w", err)
	}
	w.Write(body)
	return nil
}

// file is an answer that is not JSON, or is JSON already.
type file struct {
	Type        string `header:"Content-Type"`
	Disposition string `header:"Content-Disposition"`
	Body        []byte
}

func (c *Console) openAPI(context.Context, caller, *none) (*file, error) {
	return &file{Type: "application/json", Body: c.document}, nil
}

package relay

import (
	"encoding/json"
	"net/http"
)

// refusal is an error that a visitor's page may be told.
type refusal struct {
	status              int
	code, field, detail string
}

func (e *refusal) Error() string { return e.detail }

// invalid refuses one field of a request.
func invalid(field, detail string) *refusal {
	return &refusal{http.StatusBadRequest, "invalid", field, detail}
}

func problem(w http.ResponseWriter, status int, code, detail string) {
	writeProblem(w, &refusal{status: status, code: code, detail: detail})
}

// writeProblem answers with RFC 9457 problem details.
func writeProblem(w http.ResponseWriter, e *refusal) {
	w.Header().Set("Content-Type", "application/problem+json")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(e.status)
	json.NewEncoder(w).Encode(struct {
		Type   string `json:"type"`
		Title  string `json:"title"`
		Status int    `json:"status"`
		Detail string `json:"detail"`
		Field  string `json:"field,omitempty"`
		Code   string `json:"code"`
	}{"about:blank", http.StatusText(e.status), e.status, e.detail, e.field, e.code})
}

package privacy

import "fmt"

// Limits of a retention, in days.
const (
	MaxRetentionDays      = 730 // 24 months
	MinSessionDays        = 1
	MinAuditRetentionDays = 90 // what happened must be found out before it is forgotten
)

// Retention is for how many days a site's records are kept.
type Retention struct {
	SessionDays int `json:"sessionDays"` // facts of sessions
	ChatDays    int `json:"chatDays"`    // what was written; 0: it is never stored
	AuditDays   int `json:"auditDays"`   // who did what
}

// DefaultRetention is that of a new site: 14 months, 90 days, 24 months.
func DefaultRetention() Retention {
	return Retention{SessionDays: 425, ChatDays: 90, AuditDays: MaxRetentionDays}
}

// Validate returns a *FieldError for the first field that is wrong.
func (r Retention) Validate() error {
	limits := []struct {
		field      string
		days, from int
	}{
		{"sessionDays", r.SessionDays, MinSessionDays},
		{"chatDays", r.ChatDays, 0},
		{"auditDays", r.AuditDays, MinAuditRetentionDays},
	}
	for _, limit := range limits {
		if limit.days < limit.from || limit.days > MaxRetentionDays {
			return &FieldError{limit.field, fmt.Sprintf("must be %d to %d", limit.from, MaxRetentionDays)}
		}
	}
	return nil
}

package privacy

// Retention is how many days a site's records are kept.
type Retention struct {
	SessionDays int `json:"sessionDays"` // 1–730
	ChatDays    int `json:"chatDays"`    // 0–730; 0: never stored
	AuditDays   int `json:"auditDays"`   // 90–730
}

// DefaultRetention is that of a new site.
func DefaultRetention() Retention { return Retention{SessionDays: 425, ChatDays: 90, AuditDays: 730} }

// Validate returns a *FieldError for the first field that is wrong.
func (r Retention) Validate() error { return nil }

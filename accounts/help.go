package accounts

// Help is what a visitor of a site meets who asks for help: a form and office hours.
type Help struct {
	Version int        `json:"version"` // grows by one with each change
	Form    []Question `json:"form"`
	Hours   Hours      `json:"hours"`
}

// QuestionKind says how a question is answered.
type QuestionKind string

const (
	QuestionName     QuestionKind = "name"     // the visitor's name; at most one of the form
	QuestionQuestion QuestionKind = "question" // what the visitor wants to know, several lines; at most one
	QuestionText     QuestionKind = "text"     // one line
	QuestionLong     QuestionKind = "long"     // several lines
	QuestionChoice   QuestionKind = "choice"   // one of Options
	QuestionEmail    QuestionKind = "email"    // at most one
)

// Question is one field of the form. Texts are by language (BCP 47).
type Question struct {
	ID       string            `json:"id"` // unique in the form
	Kind     QuestionKind      `json:"kind"`
	Label    map[string]string `json:"label"`
	Required bool              `json:"required"`
	Options  []Option          `json:"options"`
}

// Option is one answer to a choice.
type Option struct {
	Value string            `json:"value"` // what is stored; unique in the question
	Label map[string]string `json:"label"`
}

// FormField is a Question in one language, as a visitor's page gets it.
type FormField struct {
	ID       string        `json:"id"`
	Kind     QuestionKind  `json:"kind"`
	Label    string        `json:"label"`
	Required bool          `json:"required"`
	Options  []FieldOption `json:"options,omitempty"`
}

// FieldOption is an Option in one language.
type FieldOption struct {
	Value string `json:"value"`
	Label string `json:"label"`
}

// Answer is what a visitor answered.
type Answer struct {
	Field string `json:"field"` // ID of the question
	Label string `json:"label"` // as the visitor read it
	Value string `json:"value"`
}

// DefaultHelp is the form of a new site: name and question, both optional, day and night.
func DefaultHelp() Help {
	return Help{Version: 1, Form: []Question{}, Hours: Hours{Always: true, Zone: "UTC", Closed: []string{}}}
}

// FormIn returns the form in the language, each text that lacks it in the nearest there is.
func (h Help) FormIn(lang string) []FormField { return []FormField{} }

// CheckAnswers checks answers, by ID of the question, and returns those given in the order of the form, with its labels in
// the language. What is wrong is a *FieldError of the field "answers.ID".
func (h Help) CheckAnswers(lang string, answers map[string]string) ([]Answer, error) {
	return []Answer{}, nil
}

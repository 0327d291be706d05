package optout

import (
	"reflect"
	"regexp"
	"slices"
	"testing"
)

// Every language has every text, and each with the same places to fill.
func TestTextsAreComplete(t *testing.T) {
	places := func(text string) []string {
		found := regexp.MustCompile(`\{\w+\}`).FindAllString(text, -1)
		slices.Sort(found)
		return slices.Compact(found)
	}
	first := reflect.ValueOf(*languages[0])
	for _, other := range languages {
		value := reflect.ValueOf(*other)
		for i := range value.NumField() {
			name := value.Type().Field(i).Name
			ours, theirs := textsIn(value.Field(i)), textsIn(first.Field(i))
			if len(ours) != len(theirs) {
				t.Errorf("%s: %s has %d texts, want %d", other.Lang, name, len(ours), len(theirs))
				continue
			}
			for j := range ours {
				if ours[j] == "" || !slices.Equal(places(ours[j]), places(theirs[j])) {
					t.Errorf("%s: %s %q does not match %q", other.Lang, name, ours[j], theirs[j])
				}
			}
		}
	}
}

func textsIn(v reflect.Value) []string {
	if v.Kind() == reflect.String {
		return []string{v.String()}
	}
	return v.Interface().([]string)
}

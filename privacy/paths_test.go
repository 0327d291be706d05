package privacy

import "testing"

func TestPatternsMatchWholePaths(t *testing.T) {
	for _, c := range []struct {
		pattern, path string
		want          bool
	}{
		{"/", "/", true}, {"/", "/a", false}, {"/a", "/a", true}, {"/a", "/a/", false}, {"/a*", "/a", true}, {"/a*", "/a/b", true},
		{"/*/edit", "/x/y/edit", true}, {"/*/edit", "/edit", false}, {"/*/edit", "/x/edit/z", false}, {"*", "", true},
		{"/a*a", "/a", false}, {"/a*a", "/aa", true}, {"/*b*b", "/b", false}, {"/*b*b", "/bb", true}, {"/**", "/x", true},
		{"/A", "/a", false}, {"/.", "/x", false}, {"/a*b*c", "/a1b2c", true}, {"/a*b*c", "/a1c", false},
	} {
		if got := OnPath([]string{"/nowhere", c.pattern}, c.path); got != c.want {
			t.Errorf("%s and %s: %v", c.pattern, c.path, got)
		}
	}
}

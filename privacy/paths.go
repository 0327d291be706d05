package privacy

import (
	"net/url"
	"slices"
	"strings"
)

// OnPath says whether one of the patterns matches the whole path of a page. In a pattern a * stands for any characters,
// none included. The widget decides alike (onPath in widget/src/basis.ts).
func OnPath(patterns []string, path string) bool {
	return slices.ContainsFunc(patterns, func(pattern string) bool { return matchPath(pattern, path) })
}

func matchPath(pattern, path string) bool {
	parts := strings.Split(pattern, "*")
	rest, ok := strings.CutPrefix(path, parts[0])
	if !ok || len(parts) == 1 {
		return ok && rest == ""
	}
	last := len(parts) - 1
	for _, part := range parts[1:last] {
		_, after, found := strings.Cut(rest, part)
		if !found {
			return false
		}
		rest = after
	}
	return strings.HasSuffix(rest, parts[last])
}

// PathOf is a URL's path as browsers write it, which patterns are compared with; empty if the URL has none.
func PathOf(page string) string {
	parsed, err := url.Parse(page)
	if err != nil {
		return ""
	}
	return parsed.EscapedPath()
}

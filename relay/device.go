package relay

import (
	"net/http"
	"regexp"
	"strings"

	"alongside/rooms"
)

// mark is how a program shows in a User-Agent; the version is the first group, if any.
type mark struct {
	name  string
	shows *regexp.Regexp
}

// The first that shows is it: browsers name those they descend from, so descendants come first.
var browsers = []mark{
	{"Edge", regexp.MustCompile(`\bEdgA?(?:iOS)?/(\d+)`)},
	{"Opera", regexp.MustCompile(`\bOPR/(\d+)`)},
	{"Samsung Internet", regexp.MustCompile(`\bSamsungBrowser/(\d+)`)},
	{"Firefox", regexp.MustCompile(`\b(?:Firefox|FxiOS)/(\d+)`)},
	{"Chrome", regexp.MustCompile(`\b(?:HeadlessChrome|Chrome|CriOS)/(\d+)`)},
	{"Safari", regexp.MustCompile(`\bVersion/([\d.]+) (?:Mobile/\S+ )?Safari/`)},
}

var systems = []mark{
	{"iOS", regexp.MustCompile(`\b(?:iPhone )?OS (\d+(?:_\d+)?) like Mac OS X`)},
	{"Android", regexp.MustCompile(`\bAndroid(?: ([\d.]+))?`)},
	{"Windows", regexp.MustCompile(`\bWindows NT`)},
	{"ChromeOS", regexp.MustCompile(`\bCrOS\b`)},
	{"macOS", regexp.MustCompile(`\bMac OS X`)}, // the version in it is frozen
	{"Linux", regexp.MustCompile(`\bLinux\b`)},
}

var kinds = []mark{
	{"tablet", regexp.MustCompile(`\biPad\b|\bAndroid\b(?:[^M]|M[^o])*$|\bTablet\b`)},
	{"phone", regexp.MustCompile(`\bMobile\b|\biPhone\b`)},
	{"desktop", regexp.MustCompile(``)},
}

func find(marks []mark, agent string) string {
	for _, m := range marks {
		if g := m.shows.FindStringSubmatch(agent); g != nil {
			if len(g) > 1 && g[1] != "" {
				return m.name + " " + strings.ReplaceAll(g[1], "_", ".")
			}
			return m.name
		}
	}
	return "unknown"
}

// deviceOf says what browser, system and kind of device the request comes from, by its User-Agent and, where the browser
// sends them, its client hints (W3C User-Agent Client Hints §3).
func deviceOf(h http.Header) rooms.Device {
	agent := h.Get("User-Agent")
	d := rooms.Device{Browser: find(browsers, agent), OS: find(systems, agent), Kind: find(kinds, agent)}
	if platform := strings.Trim(h.Get("Sec-CH-UA-Platform"), `"`); platform != "" && strings.HasPrefix(d.OS, "unknown") {
		d.OS = platform
	}
	if h.Get("Sec-CH-UA-Mobile") == "?1" && d.Kind == "desktop" {
		d.Kind = "phone"
	}
	return d
}

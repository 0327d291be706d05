package queue

import (
	"slices"
	"strings"

	"alongside/privacy"
)

// route returns the teams whose members may take a visit, in the order of the tenant's list. None: everybody may. A team
// without members takes nothing, or its visitors would wait for nobody.
func route(teams []Team, v Visit) (ids []string) {
	for _, team := range teams {
		if len(team.Members) > 0 && slices.ContainsFunc(team.Rules, func(r Rule) bool { return r.matches(v) }) {
			ids = append(ids, team.ID)
		}
	}
	return ids
}

func (r Rule) matches(v Visit) bool {
	return anyOf(r.Sites, func(site string) bool { return site == v.Site }) &&
		(len(r.Paths) == 0 || privacy.OnPath(r.Paths, v.Path)) &&
		anyOf(r.Languages, func(lang string) bool { return matchLanguage(lang, v.Lang) })
}

func anyOf(list []string, match func(string) bool) bool {
	return len(list) == 0 || slices.ContainsFunc(list, match)
}

// matchLanguage is basic filtering (RFC 4647 §3.3.1).
func matchLanguage(lang, tag string) bool {
	lang, tag = strings.ToLower(lang), strings.ToLower(tag)
	return tag == lang || strings.HasPrefix(tag, lang+"-")
}

// mayServe says whether a visit of the site could come to the person, wherever on the site it is and in whatever language.
func mayServe(teams []Team, site, person string) bool {
	everybody := true // unless some team takes all of the site
	for _, team := range teams {
		for _, rule := range team.Rules {
			if len(team.Members) == 0 || !anyOf(rule.Sites, func(s string) bool { return s == site }) {
				continue
			}
			if slices.Contains(team.Members, person) {
				return true
			}
			if len(rule.Paths) == 0 && len(rule.Languages) == 0 {
				everybody = false
			}
		}
	}
	return everybody
}

package handlers

import "testing"

func TestParseOrigin(t *testing.T) {
	for text, want := range map[string]string{
		"https://moodle.example":          "https://moodle.example",
		"HTTPS://Moodle.Example":          "https://moodle.example",
		"https://moodle.example:443":      "https://moodle.example",
		"http://moodle.example:80":        "http://moodle.example",
		"https://moodle.example:80":       "https://moodle.example:80",
		"http://localhost:8080":           "http://localhost:8080",
		"https://*.school.example":        "https://*.school.example",
		"http://192.0.2.1:81":             "http://192.0.2.1:81",
		"http://[2001:db8::1]":            "http://[2001:db8::1]",
		"":                                "",
		"moodle.example":                  "",
		"//moodle.example":                "",
		"https://":                        "",
		"https://moodle.example/":         "",
		"https://moodle.example/course":   "",
		"https://moodle.example?x":        "",
		"https://moodle.example#x":        "",
		"https://user@moodle.example":     "",
		"https://moodle.example:":         "",
		"https://moodle.example:0":        "",
		"https://moodle.example:65536":    "",
		"https://moodle.example:*":        "",
		"https://*":                       "",
		"https://a.*.example":             "",
		"https://a*.example":              "",
		"ftp://moodle.example":            "",
		"data:":                           "",
		"https:":                          "",
		"null":                            "",
		"'none'":                          "",
		"https://a.example; script-src *": "",
		"https://a.example https://b":     "",
		"https://a.example,https://b":     "",
		"https://a\n.example":             "",
		"https://[fe80::1%25eth0]":        "",
	} {
		got, err := parseOrigin(text)
		if got != want || (err == nil) != (want != "") {
			t.Errorf("parseOrigin(%q) = %q, %v; want %q", text, got, err, want)
		}
	}
	if got, err := ParseFrameAncestor("self"); got != SelfOrigin || err != nil {
		t.Errorf("self is %q, %v", got, err)
	}
	if got, err := ParseFrameAncestor(AnyOrigin); err == nil {
		t.Errorf("every page may frame: %q", got)
	}
	if got, err := ParseAllowOrigin(AnyOrigin); got != AnyOrigin || err != nil {
		t.Errorf("* is %q, %v", got, err)
	}
}

func TestAllowsOrigin(t *testing.T) {
	origins := []string{"https://a.example", "https://*.school.example", "http://localhost:81"}
	for origin, want := range map[string]bool{
		"https://a.example": true, "http://a.example": false, "https://a.example:444": false, "https://b.a.example": false,
		"https://x.school.example": true, "https://x.y.school.example": true, "https://school.example": false,
		"https://.school.example": false, "http://x.school.example": false, "https://xschool.example": false,
		"https://x.school.example.evil.example": false, "https://x.school.example:81": false,
		"http://localhost:81": true, "http://localhost": false, "null": false, "": false,
	} {
		if got := allowsOrigin(origins, origin); got != want {
			t.Errorf("allowsOrigin(%q) = %v", origin, got)
		}
	}
	if !allowsOrigin([]string{AnyOrigin}, "null") {
		t.Error("* does not allow the origin of a file")
	}
}

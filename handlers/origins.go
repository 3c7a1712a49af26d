package handlers

import (
	"errors"
	"net/netip"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// AnyOrigin among Config.AllowOrigins allows every one.
const AnyOrigin = "*"

// SelfOrigin among Config.FrameAncestors is the server's own.
const SelfOrigin = "'self'"

// originHost is the host of an origin: a name, or all names below one.
var originHost = regexp.MustCompile(`^(\*\.)?[a-z0-9_-]+(\.[a-z0-9_-]+)*$`)

// ParseFrameAncestor returns an origin whose pages may frame the card, as a content security policy
// names it, or an error that says what is wrong with the text.
func ParseFrameAncestor(text string) (string, error) {
	if strings.Trim(text, "'") == "self" { // shells take the quotes away
		return SelfOrigin, nil
	}
	return parseOrigin(text)
}

// ParseAllowOrigin returns an origin whose pages may call the API, as browsers write it, or an error
// that says what is wrong with the text.
func ParseAllowOrigin(text string) (string, error) {
	if text == AnyOrigin {
		return text, nil
	}
	return parseOrigin(text)
}

// parseOrigin returns an origin in the form that browsers give it (RFC 6454, section 6.2): lower case,
// without the port that its scheme has anyway. The host may be *.school.example, for all names below
// school.example.
func parseOrigin(text string) (string, error) {
	bad := errors.New("must be scheme://host or scheme://host:port, such as https://moodle.example or " +
		"https://*.school.example, with http or https and nothing behind")
	u, err := url.Parse(strings.ToLower(text))
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" || strings.HasSuffix(u.Host, ":") ||
		u.Scheme+"://"+u.Host != strings.ToLower(text) {
		return "", bad
	}
	host := u.Hostname()
	if addr, err := netip.ParseAddr(host); err != nil && !originHost.MatchString(host) || addr.Zone() != "" {
		return "", bad
	}
	if port := u.Port(); port != "" {
		if n, err := strconv.ParseUint(port, 10, 16); err != nil || n == 0 {
			return "", errors.New("must have a port from 1 to 65535")
		}
	}
	switch u.Scheme + ":" + u.Port() {
	case "http:80", "https:443":
		return strings.TrimSuffix(u.Scheme+"://"+u.Host, ":"+u.Port()), nil
	}
	return u.Scheme + "://" + u.Host, nil
}

// allowsOrigin reports whether an Origin header, as browsers write it, is one of the origins.
func allowsOrigin(origins []string, origin string) bool {
	scheme, host, found := strings.Cut(origin, "://")
	return slices.ContainsFunc(origins, func(o string) bool {
		below, wild := strings.CutPrefix(o, scheme+"://*")
		return o == origin || o == AnyOrigin || found && wild && len(host) > len(below) && strings.HasSuffix(host, below)
	})
}

// parseOrigins replaces origins by what parse returns for each.
func parseOrigins(origins []string, parse func(string) (string, error)) ([]string, error) {
	var parsed []string
	for _, text := range origins {
		origin, err := parse(text)
		if err != nil {
			return nil, errors.New(strconv.Quote(text) + " " + err.Error())
		}
		parsed = append(parsed, origin)
	}
	return parsed, nil
}

package handlers

import (
	"net/http/httptest"
	"net/netip"
	"strings"
	"testing"
)

// TestClientOf: only a trusted proxy may name another address, and only in the last part.
func TestClientOf(t *testing.T) {
	s := newTestServer(t, func(c *Config) {
		c.TrustedProxies = []netip.Prefix{netip.MustParsePrefix("10.0.0.0/8"), netip.MustParsePrefix("fd00::/8")}
	})
	for name, test := range map[string]struct {
		peer      string
		forwarded []string
		want      string
	}{
		"Direct":         {"192.0.2.1:99", nil, "192.0.2.1/32"},
		"Forged":         {"192.0.2.1:99", []string{"198.51.100.7"}, "192.0.2.1/32"},
		"Proxy":          {"10.0.0.1:99", []string{"198.51.100.7"}, "198.51.100.7/32"},
		"ProxyOfSix":     {"[fd00::1]:99", []string{"2001:db8:1:2:3::4"}, "2001:db8:1:2::/64"},
		"Mapped":         {"[::ffff:10.0.0.1]:99", []string{"::ffff:198.51.100.7"}, "198.51.100.7/32"},
		"ForgedInFront":  {"10.0.0.1:99", []string{"203.0.113.1, 198.51.100.7"}, "198.51.100.7/32"},
		"TwoProxies":     {"10.0.0.1:99", []string{"203.0.113.1, 198.51.100.7, 10.2.2.2"}, "198.51.100.7/32"},
		"TwoHeaders":     {"10.0.0.1:99", []string{"203.0.113.1", "198.51.100.7"}, "198.51.100.7/32"},
		"Unreadable":     {"10.0.0.1:99", []string{"unknown"}, "10.0.0.1/32"},
		"UnreadableThen": {"10.0.0.1:99", []string{"unknown, 10.3.3.3"}, "10.3.3.3/32"},
		"NoAddress":      {"@", nil, "invalid Prefix"},
		"Six":            {"[2001:db8:1:2:3::4]:99", nil, "2001:db8:1:2::/64"},
	} {
		t.Run(name, func(t *testing.T) {
			r := httptest.NewRequest("POST", "/step", nil)
			r.RemoteAddr = test.peer
			r.Header["X-Forwarded-For"] = test.forwarded
			if got := s.clientOf(r); got.Addr.String() != test.want || got.Tab != "" {
				t.Errorf("clientOf() = %v; want %s without a tab", got, test.want)
			}
		})
	}
}

// TestClientOfTab: the token comes in a header, or in the query of a socket. Its length counts.
func TestClientOfTab(t *testing.T) {
	s := newTestServer(t, func(*Config) {})
	r := httptest.NewRequest("GET", "/ws/page?tab=abc", nil)
	if got := s.clientOf(r).Tab; got != "" {
		t.Errorf("the query of what is no socket gives the tab %q", got)
	}
	r.Header.Set("Upgrade", "websocket")
	if got := s.clientOf(r).Tab; got != "abc" {
		t.Errorf("the query gives the tab %q; want abc", got)
	}
	r.Header.Set(tabHeader, strings.Repeat("t", 10_000))
	if got := s.clientOf(r).Tab; len(got) != longestTab {
		t.Errorf("a long token counts with %d bytes; want %d", len(got), longestTab)
	}
}

package browser

import (
	"fmt"
	"net/url"
	"regexp"
	"slices"
	"strings"

	cdplog "github.com/chromedp/cdproto/log"
	cdpnetwork "github.com/chromedp/cdproto/network"
	cdpruntime "github.com/chromedp/cdproto/runtime"
)

// sent is a request that a tab made.
type sent struct {
	id           cdpnetwork.RequestID
	method, path string  // method SOCKET opens a WebSocket
	open         bool    // it is still under way
	bytes        float64 // that came in answer, headers included, as they were transferred
}

func (r sent) String() string { return r.method + " " + r.path }

// provokes says which complaints of the browser the test brings about: regular expressions.
func (p *tab) provokes(patterns ...string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, pattern := range patterns {
		p.provoked = append(p.provoked, regexp.MustCompile(pattern))
	}
}

// checkComplaints checks that the browser complains only of what was provoked.
func (p *tab) checkComplaints(where string) {
	p.tb.Helper()
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, complaint := range p.complaints {
		if !slices.ContainsFunc(p.provoked, func(r *regexp.Regexp) bool { return r.MatchString(complaint) }) {
			p.tb.Errorf("the browser says in %s %q; want nothing", where, complaint)
		}
	}
}

// What a browser says of an answer that is an error, and of a server that is not there.
const (
	saysRefused = `Failed to load resource: the server responded with a status of 4\d\d`
	saysBusy    = `Failed to load resource: the server responded with a status of 503`
	saysGone    = `net::ERR_(CONNECTION_\w+|INCOMPLETE_CHUNKED_ENCODING|EMPTY_RESPONSE)|WebSocket connection to .* failed|` +
		`htmx:sse:error: network error|htmx:error: Failed to fetch`
)

// listen takes what the browser tells of a tab.
func (p *tab) listen(ev any) {
	p.mu.Lock()
	defer p.mu.Unlock()
	switch ev := ev.(type) {
	case *cdpruntime.EventExceptionThrown:
		text := ev.ExceptionDetails.Text
		if e := ev.ExceptionDetails.Exception; e != nil {
			text += " " + e.Description + string(e.Value)
		}
		p.complaints = append(p.complaints, "exception: "+text)
	case *cdpruntime.EventConsoleAPICalled:
		if ev.Type != cdpruntime.ConsoleAPICalledTypeError && ev.Type != cdpruntime.ConsoleAPICalledTypeAssert {
			return
		}
		text := "console:"
		for _, arg := range ev.Args {
			text += " " + string(arg.Value) + arg.Description
		}
		p.complaints = append(p.complaints, text)
	case *cdplog.EventEntryAdded:
		if ev.Entry.Level == cdplog.EntryLevelError || ev.Entry.Source == cdplog.EntrySourceSecurity {
			p.complaints = append(p.complaints, fmt.Sprintf("%s: %s %s", ev.Entry.Source, ev.Entry.Text, ev.Entry.URL))
		}
	case *cdpnetwork.EventRequestWillBeSent:
		p.began(ev.RequestID, ev.Request.Method, ev.Request.URL)
	case *cdpnetwork.EventWebSocketCreated:
		p.began(ev.RequestID, "SOCKET", ev.URL)
	case *cdpnetwork.EventLoadingFinished:
		p.ended(ev.RequestID, ev.EncodedDataLength)
	case *cdpnetwork.EventLoadingFailed:
		p.ended(ev.RequestID, 0)
	case *cdpnetwork.EventWebSocketClosed:
		p.ended(ev.RequestID, 0)
	}
}

func (p *tab) began(id cdpnetwork.RequestID, method, address string) {
	u, err := url.Parse(address)
	if err != nil || u.Scheme == "data" { // a picture inside the page
		return
	}
	if strings.HasSuffix(u.Path, "/icon.svg") && slices.ContainsFunc(p.requests, func(r sent) bool { return r.path == u.Path }) {
		return // the browser asks for the icon again when the address changes
	}
	p.requests = append(p.requests, sent{id: id, method: method, path: u.Path, open: true})
	open := 0
	for _, r := range p.requests {
		if r.open && (r.method == "SOCKET" || strings.HasSuffix(r.path, "/train")) {
			open++
		}
	}
	p.streams = max(p.streams, open)
}

func (p *tab) ended(id cdpnetwork.RequestID, bytes float64) {
	for i := range p.requests {
		if p.requests[i].id == id {
			p.requests[i].open, p.requests[i].bytes = false, bytes
		}
	}
}

// sentSoFar returns the requests that the tab has made.
func (p *tab) sentSoFar() []sent {
	p.mu.Lock()
	defer p.mu.Unlock()
	return slices.Clone(p.requests)
}

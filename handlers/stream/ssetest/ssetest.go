// Package ssetest reads Server-Sent Events in tests, as a browser does.
package ssetest

import "strings"

// An Event is an event as a page's listener gets it. Unlike in a browser, an id holds for its own
// event only.
type Event struct{ Name, ID, Data string }

// LineFeeds replaces every line end of s by the one that a browser gives to the page.
func LineFeeds(s string) string {
	return strings.NewReplacer("\r\n", "\n", "\r", "\n").Replace(s)
}

// Parse returns the events of a stream (HTML standard, section 9.2.6).
func Parse(stream string) []Event {
	var events []Event
	var e Event
	var data []string
	for line := range strings.SplitSeq(LineFeeds(stream), "\n") {
		name, value, _ := strings.Cut(line, ":")
		value = strings.TrimPrefix(value, " ")
		switch {
		case line == "":
			if data != nil {
				e.Data = strings.Join(data, "\n")
				events = append(events, e)
			}
			e, data = Event{}, nil
		case name == "event":
			e.Name = value
		case name == "id":
			e.ID = value
		case name == "data":
			data = append(data, value)
		}
	}
	return events
}

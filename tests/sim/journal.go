package sim

import (
	"cmp"
	"crypto/sha256"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"
)

// A journal is what happened in a simulation.
type journal struct {
	begin time.Time

	mu         sync.Mutex
	entries    []entry
	violations []string
}

// An entry says what happened to whom, and when.
type entry struct {
	at   time.Duration
	who  string
	what string
}

// note adds an entry.
func (j *journal) note(who, format string, args ...any) {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.entries = append(j.entries, entry{time.Since(j.begin), who, fmt.Sprintf(format, args...)})
}

// violated adds that something happened that must not.
func (j *journal) violated(who, format string, args ...any) {
	what := fmt.Sprintf(format, args...)
	j.note(who, "VIOLATION: %s", what)
	j.mu.Lock()
	defer j.mu.Unlock()
	j.violations = append(j.violations, who+": "+what)
}

// String returns the entries by time. What happened to several at one time has the order of their
// names, because the order in which goroutines ran is nobody's doing.
func (j *journal) String() string {
	j.mu.Lock()
	defer j.mu.Unlock()
	slices.SortStableFunc(j.entries, func(a, b entry) int {
		return cmp.Or(cmp.Compare(a.at, b.at), strings.Compare(a.who, b.who))
	})
	var text strings.Builder
	for _, e := range j.entries {
		fmt.Fprintf(&text, "%12.6fs  %-18s %s\n", e.at.Seconds(), e.who, e.what)
	}
	return text.String()
}

// digest names the journal.
func (j *journal) digest() string { return fmt.Sprintf("%x", sha256.Sum256([]byte(j.String()))) }

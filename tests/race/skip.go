package race

import "testing"

// Skip skips a test under the race detector that looks at numbers or at time and not at goroutines:
// there it takes ten times as long, and finds no more. The task test runs it without.
func Skip(tb testing.TB) {
	tb.Helper()
	if Enabled {
		tb.Skip("takes ten times as long with the race detector")
	}
}

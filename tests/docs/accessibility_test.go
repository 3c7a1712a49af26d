package docs

import (
	"slices"
	"strings"
	"testing"
)

// criteria are those of the levels A and AA of WCAG 2.2 (W3C Recommendation of 12 December 2024).
var criteria = map[string][]string{
	"A": {
		"1.1.1", "1.2.1", "1.2.2", "1.2.3", "1.3.1", "1.3.2", "1.3.3", "1.4.1", "1.4.2",
		"2.1.1", "2.1.2", "2.1.4", "2.2.1", "2.2.2", "2.3.1", "2.4.1", "2.4.2", "2.4.3", "2.4.4", "2.5.1", "2.5.2", "2.5.3", "2.5.4",
		"3.1.1", "3.2.1", "3.2.2", "3.2.6", "3.3.1", "3.3.2", "3.3.7", "4.1.2",
	},
	"AA": {
		"1.2.4", "1.2.5", "1.3.4", "1.3.5", "1.4.3", "1.4.4", "1.4.5", "1.4.10", "1.4.11", "1.4.12", "1.4.13",
		"2.4.5", "2.4.6", "2.4.7", "2.4.11", "2.5.7", "2.5.8", "3.1.2", "3.2.3", "3.2.4", "3.3.3", "3.3.4", "3.3.8", "4.1.3",
	},
}

// TestCriteria: docs/accessibility.md judges each criterion once. What it says to support a test
// shows; what is not applicable, or partially supported, has a reason.
func TestCriteria(t *testing.T) {
	exist := testNames(t)
	judged := map[string]bool{}
	for _, row := range table(t, "criterion") {
		if len(row) != 5 {
			t.Fatalf("the row %q has %d cells; want 5", row, len(row))
		}
		number, name, _ := strings.Cut(row[0], " ")
		level, result, remark, tests := row[1], row[2], row[3], quoted(row[4])
		if !slices.Contains(criteria[level], number) || name == "" || judged[number] {
			t.Errorf("the criterion %q of level %s is none of WCAG 2.2, or there twice", row[0], level)
		}
		judged[number] = true
		switch result {
		case "supports":
			if len(tests) == 0 {
				t.Errorf("%s is supported without a test", number)
			}
		case "partially":
			if remark == "" || len(tests) == 0 {
				t.Errorf("%s is partially supported without a reason or a test", number)
			}
		case "not applicable":
			if remark == "" || len(tests) != 0 {
				t.Errorf("%s is not applicable: it needs a reason, and no test", number)
			}
		default:
			t.Errorf("%s %q; want supports, partially or not applicable", number, result)
		}
		for _, test := range tests {
			if !exist[test] {
				t.Errorf("%s names %s; there is no such test", number, test)
			}
		}
	}
	for level, numbers := range criteria {
		for _, number := range numbers {
			if !judged[number] {
				t.Errorf("criterion %s of level %s is not judged", number, level)
			}
		}
	}
	if n := len(criteria["A"]) + len(criteria["AA"]); n != 55 {
		t.Errorf("there are %d criteria; WCAG 2.2 has 55", n)
	}
}

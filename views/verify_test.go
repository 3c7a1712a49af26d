package views

import (
	"encoding/csv"
	"slices"
	"strings"
	"testing"

	"github.com/nnvisu/nnvisu/nn/handin"
)

// TestVerifyCSV: what a pupil writes is a text in any spreadsheet, whatever separates its cells, and is read
// back; numbers are numbers.
func TestVerifyCSV(t *testing.T) {
	loss := 0.25
	for name, want := range map[string]string{
		"Ada": "Ada", `Ada "Countess", Lovelace`: `Ada "Countess", Lovelace`, "Ada-Lou": "Ada-Lou", "a@b.c": "a@b.c", "": "",
		"=1+1": "'=1+1", "+1": "'+1", "-1": "'-1", "@SUM(A1)": "'@SUM(A1)", "\t=1": "'\t=1", " =1": "' =1",
		"Ada;=1+1": "Ada;'=1+1", "Ada; =1+1": "Ada;' =1+1", `Ada";"=1`: `Ada";'"=1`, "a\n=1": "a\n'=1", `"=1"`: `'"=1"`,
	} {
		text := VerifyCSV(handin.Report{Rows: []handin.Row{{Name: name, Verdict: handin.Loss, Loss: &loss, Steps: 7}}})
		table, err := csv.NewReader(strings.NewReader(text)).ReadAll()
		if err != nil || len(table) != 2 || table[1][0] != want || table[1][1] != "loss" || table[1][4] != "7" || table[1][10] != "0.25" {
			t.Errorf("%q is read back as %q, %v; want %q", name, table[1], err, want)
		}
		if line := strings.Split(text, "\r\n")[1]; !strings.HasPrefix(line, `"`) || !strings.Contains(line, `,"loss","","",7,0,0,`) {
			t.Errorf("the line of %q is %s", name, line)
		}
	}
}

// TestVerifySame: the table for spreadsheets names all hand-ins with the same run, and the page as many as
// there is room for.
func TestVerifySame(t *testing.T) {
	rows := []handin.Row{{Name: "Ada", Digest: "a"}, {Name: "Bob", Digest: "b"}, {Name: "Cleo", Digest: "a"}, {Name: "Dan", Digest: "a"}}
	handin.MarkSame(rows)
	page := VerifyPage{Report: &handin.Report{Rows: rows}}
	table, err := csv.NewReader(strings.NewReader(VerifyCSV(*page.Report))).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	column := slices.Index(table[0], "same_as")
	for i, want := range []string{"Cleo, Dan", "", "Ada, Dan", "Ada, Cleo"} {
		if got := table[i+1][column]; got != want || page.sameShort(rows[i]) != want {
			t.Errorf("%s has the same run as %q, on the page %q; want %q", rows[i].Name, got, page.sameShort(rows[i]), want)
		}
	}
	rows[0].SameAs = []int{3, 2, 1, 3}
	if got := page.sameShort(rows[0]); got != "Dan, Cleo and 2 more" {
		t.Errorf("four hand-ins with the same run are named %q", got)
	}
}

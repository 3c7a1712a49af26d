package views

import (
	"encoding/csv"
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

package table

import (
	"strings"
	"testing"

	"github.com/nnvisu/nnvisu/nn/pace"
)

// TestGuessEncoding: letters that strides of the text would cut are no reason to take a file for
// another encoding. Neither is one wrong byte among many letters, but it is among few.
func TestGuessEncoding(t *testing.T) {
	for before := range 4 {
		text := strings.Repeat("x", before) + strings.Repeat("é€\n", pace.Stride/3)
		for _, test := range []struct{ text, want, says string }{
			{text, UTF8, ""},
			{text + "\xfc", UTF8, "because nearly all of its letters are"},
			{"\xfc" + text, UTF8, "because nearly all of its letters are"},
			{text + "\xc3", UTF8, "because nearly all of its letters are"},
			{strings.Repeat("\xe9", pace.Stride) + text, UTF8, "because nearly all of its letters are"}, // one place
			{text + strings.Repeat("M\xfcller\n", pace.Stride), Windows1252, "because byte FC in line 21846 is no UTF-8"},
			{"ä ö\n\xfc", Windows1252, "because byte FC in line 2 is no UTF-8"},
			{"\xc3\xa9 M\xfcller, Gr\xfc\xdfe, \xc4pfel", Windows1252, "because byte FC in line 1 is no UTF-8"},
		} {
			if got, reason := guessEncoding([]byte(test.text), new(pace.Pace)); got != test.want || reason != test.says {
				t.Errorf("guessEncoding of %d bytes = %s, %s; want %s, %s", len(test.text), got, reason, test.want, test.says)
			}
		}
	}
}

// TestOutermost: the smallest and the largest value of an axis are at its edges, to the bit.
func TestOutermost(t *testing.T) {
	for _, pair := range [][2]string{{"0.1", "0.7"}, {"-3.3", "-1.1"}, {"1999", "2026.1"}, {"1e-30", "3.3e-30"}, {"-0.7", "1e90"}, {"4.3", "7.9"}} {
		for _, scaling := range []Scaling{ScalingFit, ScalingSame} {
			m, err := Convert(mustParse(t, "x,y,label\n"+pair[0]+",0,0.5\n"+pair[1]+",0,0.7\n"), Choice{Scaling: scaling})
			if err != nil || m.Points[0].X != -1 || m.Points[1].X != 1 {
				t.Errorf("Convert of %v = %v, %v; want the edges", pair, m.Points, err)
			}
		}
	}
}
